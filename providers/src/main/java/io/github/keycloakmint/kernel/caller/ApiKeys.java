package io.github.keycloakmint.kernel.caller;

import io.github.keycloakmint.kernel.keycloak.NarrowTokens;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.provider.Provider;

/** Knows API keys. The room {@code apikeys} implements it; in a server without it no key is good. */
public interface ApiKeys extends Provider {

    /** The header that a key is sent in. */
    String HEADER = "X-API-KEY";

    /** What every key starts with, and no token does. */
    String PREFIX = "km_";

    /** Those of the server; where no room has any, no key is good. */
    static ApiKeys of(KeycloakSession session) {
        @Nullable ApiKeys keys = session.getProvider(ApiKeys.class);
        return keys == null ? NO_KEYS : keys;
    }

    /** Of a server without keys. */
    ApiKeys NO_KEYS = new ApiKeys() {
        @Override
        public Shown show(RealmModel realm, String sent, String address) {
            return new Shown(Optional.empty(), "no_keys", Optional.empty());
        }

        @Override
        public Optional<ApiKey> live(RealmModel realm, String id) {
            return Optional.empty();
        }

        @Override
        public Token issue(RealmModel realm, ApiKey key, Ask ask) {
            throw new NoKeyToken(NoKeyToken.Reason.CLIENT);
        }
    };

    /**
     * What a key that was shown is worth.
     *
     * @param key empty: none that is good now
     * @param reason a short word for the log; never part of what was sent
     * @param retryAfter present: the key is good and over its own limit for so long
     */
    record Shown(Optional<ApiKey> key, String reason, Optional<Duration> retryAfter) {}

    /**
     * What a token is to be.
     *
     * @param client that the token is for ({@code azp})
     * @param audience the one audience; empty: the one that {@code client} may ask for, if there is only one
     * @param account by id or alias; empty: the key's own
     * @param scope permissions that the token is cut to; empty: those of the key
     */
    record Ask(ClientModel client, Optional<String> audience, Optional<String> account, Optional<Set<String>> scope) {}

    /**
     * A token made from a key, and what the answer says beside it.
     *
     * @param permissions those of the token
     */
    record Token(NarrowTokens.Issued issued, String keyId, String audience, ApiKey from, List<String> permissions) {}

    /**
     * Judges what was sent as a key in {@code realm}, and counts one use of a good one.
     *
     * @param address of the caller as the one resolver found it (T9)
     */
    Shown show(RealmModel realm, String sent, String address);

    /** The key with this id where it is good now, from whatever address; counts nothing. For tokens made from it (T5). */
    Optional<ApiKey> live(RealmModel realm, String id);

    /**
     * Makes a token from a key (T34): it carries the key's id, ends with it, and comes without a session, refresh or ID
     * token.
     *
     * @throws NoKeyToken when {@code ask} is for what the key does not give
     */
    Token issue(RealmModel realm, ApiKey key, Ask ask);

    @Override
    default void close() {
        // most hold nothing per session
    }
}
