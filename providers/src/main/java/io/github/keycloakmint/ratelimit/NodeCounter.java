package io.github.keycloakmint.ratelimit;

import io.github.bucket4j.TimeMeter;
import io.github.keycloakmint.kernel.limits.Buckets;
import io.github.keycloakmint.kernel.limits.Limiter;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;

/** Counts on this node. Each kind has places of its own, so that a flood of emails takes none from addresses. */
final class NodeCounter implements Counter {

    private final Map<Limiter.Kind, Buckets> buckets = new EnumMap<>(Limiter.Kind.class);

    /** @param most buckets of a kind */
    NodeCounter(int most, TimeMeter clock) {
        for (Limiter.Kind kind : Limiter.Kind.values()) {
            buckets.put(kind, new Buckets(most, clock, Reports.forgetting(kind, most)));
        }
    }

    @Override
    public Buckets.Taken spend(Entry entry) {
        return of(entry).spend(entry.key(), entry.rate());
    }

    @Override
    public Buckets.Taken look(Entry entry) {
        return of(entry).look(entry.key(), entry.rate());
    }

    @Override
    public Buckets.Taken owe(Entry entry) {
        return of(entry).owe(entry.key(), entry.rate());
    }

    private Buckets of(Entry entry) {
        return Objects.requireNonNull(buckets.get(entry.rule().kind()));
    }
}
