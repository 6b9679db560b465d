package io.github.keycloakmint.kernel.limits;

import org.keycloak.provider.Provider;

/**
 * Asked by every endpoint at its two places: by address before the caller is known, by target before the decision. The
 * room {@code ratelimit} implements it.
 */
public interface Limiter extends Provider {

    /**
     * Counts one call.
     *
     * @param realmId of the realm that the call is for (T10)
     * @param capability whose limit applies
     * @param kind what is counted
     * @param key the address or target; already canonical
     * @throws io.github.keycloakmint.kernel.http.Refusal 429 when the limit is reached
     */
    void take(String realmId, String capability, Kind kind, String key);

    /** What a limit counts by. */
    enum Kind {
        ADDRESS,
        TARGET,
        CALLER
    }

    @Override
    default void close() {
        // most limiters hold nothing per session
    }
}
