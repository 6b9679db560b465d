package io.github.keycloakmint.kernel.caller;

import io.github.keycloakmint.kernel.keycloak.NarrowTokens;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.provider.Provider;

/** Knows API keys. The room {@code apikeys} implements it; in a server without it no key is good. */
public interface ApiKeys extends Provider {

    /** The header that a key is sent in. */
    String HEADER = "X-API-KEY";

    /** In {@code mint.capabilities} of a client that has to do with keys (T8). */
    String CAPABILITY = "api-keys";

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
            return new Shown.Refused("no_keys");
        }

        @Override
        public Optional<ApiKey> live(RealmModel realm, Origin origin) {
            return Optional.empty();
        }

        @Override
        public boolean reaches(RealmModel realm, Origin origin, String address) {
            return false;
        }

        @Override
        public Token issue(RealmModel realm, ApiKey key, Ask ask) {
            throw new NoNarrowToken(NoNarrowToken.Reason.CLIENT);
        }
    };

    /** What a key that was shown is worth. Whoever asks has to say what becomes of each. */
    sealed interface Shown {

        /** @param key that is good now */
        record Good(ApiKey key) implements Shown {}

        /** A key that would be good, and is over its own limit: as worthless as none until then. */
        record Limited(String keyId, Duration retryAfter) implements Shown {}

        /** @param reason a short word for the log; never part of what was sent */
        record Refused(String reason) implements Shown {}

        default <T> T as(Function<ApiKey, T> good, Function<Limited, T> limited, Function<Refused, T> refused) {
            if (this instanceof Good it) {
                return good.apply(it.key());
            }
            return this instanceof Limited it ? limited.apply(it) : refused.apply((Refused) this);
        }
    }

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
    record Token(NarrowTokens.Issued issued, String audience, ApiKey from, List<String> permissions) {}

    /**
     * Judges what was sent as a key in {@code realm}, and counts one use of a good one.
     *
     * @param address of the caller as the one resolver found it (T9)
     */
    Shown show(RealmModel realm, String sent, String address);

    /**
     * What a token was made from.
     *
     * @param id of the key
     * @param version of the key's secret
     */
    record Origin(String id, String version) {}

    /**
     * The key that a token was made from, where it is good now and that secret still opens it, from whatever address; counts
     * nothing (T5).
     */
    Optional<ApiKey> live(RealmModel realm, Origin origin);

    /** True where a key that is good now may be used from {@code address} (T9). */
    boolean reaches(RealmModel realm, Origin origin, String address);

    /**
     * Makes a token from a key (T34): it carries the key's id, ends with it, and comes without a session, refresh or ID
     * token.
     *
     * @throws NoNarrowToken when {@code ask} is for what the key does not give
     */
    Token issue(RealmModel realm, ApiKey key, Ask ask);

    @Override
    default void close() {
        // most hold nothing per session
    }
}
