package io.github.keycloakmint.ratelimit;

import io.github.keycloakmint.kernel.limits.Buckets;

/** Keeps count. Where nothing else is said, as {@link Buckets} does. */
interface Counter {

    /** @param key begins with the realm's id (T10) */
    record Entry(String realmId, Rule rule, String key, Buckets.Rate rate) {}

    /** Takes one where there is one. */
    Buckets.Taken spend(Entry entry);

    /** Takes none. */
    Buckets.Taken look(Entry entry);

    /** Takes one, there or not. */
    Buckets.Taken owe(Entry entry);
}
