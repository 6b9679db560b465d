package io.github.keycloakmint.apikeys;

import io.github.keycloakmint.kernel.Attributes;
import io.github.keycloakmint.kernel.Complaints;
import io.github.keycloakmint.kernel.http.Fault;
import io.github.keycloakmint.kernel.http.Refusal;
import java.util.Optional;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import org.keycloak.models.RealmModel;

/**
 * What a realm says about its keys.
 *
 * @param maxLife seconds from creation on that a key lives at the most ({@code mint.api-keys.max-life}); empty: for ever
 * @param maxPerOwner keys that a user, or an account, owns at the most ({@code mint.api-keys.max-per-owner}, 100)
 */
record KeyRules(Optional<Long> maxLife, long maxPerOwner) {

    private static final Logger LOG = Logger.getLogger(KeyRules.class);
    private static final long MOST = 100;

    /** @throws Refusal 500 where an attribute can't be read: nothing is changed, and the log names it */
    static KeyRules of(RealmModel realm) {
        return find(realm).orElseThrow(() -> Refusal.of(Fault.INTERNAL, "bad_attribute"));
    }

    /** Empty where an attribute can't be read: no key is good then, and the log names it. */
    static Optional<KeyRules> find(RealmModel realm) {
        try {
            Attributes attributes = new Attributes("realm '" + realm.getName() + "'", realm::getAttribute);
            return Optional.of(new KeyRules(
                    attributes.integer("mint.api-keys.max-life", 1),
                    attributes.integer("mint.api-keys.max-per-owner", 0).orElse(MOST)));
        } catch (Attributes.BadAttribute e) {
            Complaints.error(LOG, realm.getId(), e.getMessage());
            return Optional.empty();
        }
    }

    /**
     * When a key is to end that was made at {@code made}. Where the realm has a maximum, a key without an end has that one.
     *
     * @throws Refusal 400 for an end beyond the maximum
     */
    Optional<Long> end(Optional<Long> asked, long made) {
        Optional<Long> latest = latest(made);
        if (latest.isPresent() && asked.filter(at -> at > latest.get()).isPresent()) {
            throw Refusal.badInput(
                    "`expires_at` must be at most " + maxLife.orElseThrow() + " seconds after the key was made",
                    "life_too_long");
        }
        return asked.or(() -> latest);
    }

    /** When a key ends that is there: the realm's maximum reaches keys that were made before there was one. */
    Optional<Long> endNow(Optional<Long> expiresAt, long made) {
        return Stream.concat(expiresAt.stream(), latest(made).stream()).min(Long::compare);
    }

    private Optional<Long> latest(long made) {
        return maxLife.map(life -> Math.addExact(made, Math.min(life, Integer.MAX_VALUE)));
    }
}
