package io.github.keycloakmint.kernel.limits;

import java.util.Locale;
import java.util.Optional;
import org.keycloak.models.RealmModel;
import org.keycloak.provider.Provider;

/**
 * Asked by every endpoint at its two places: by address before the caller is known, by target before the decision. The
 * room {@code ratelimit} implements it.
 */
public interface Limiter extends Provider {

    /** A key's own rate, wherever the key is shown: stands where an endpoint's name does. */
    String KEY_RATE = "key-rate";

    /**
     * What a call is, for its limits.
     *
     * @param capability whose limits apply: the endpoint that matched, however its path was spelled
     * @param address of the caller as the one resolver found it (T9)
     */
    record Call(RealmModel realm, String capability, String address) {}

    /**
     * Counts one call.
     *
     * @param kind what is counted
     * @param key who or what it is counted for; already canonical
     * @throws io.github.keycloakmint.kernel.http.Refusal 429 when the limit is reached
     */
    void take(Call call, Kind kind, String key);

    /**
     * Counts nothing.
     *
     * @throws io.github.keycloakmint.kernel.http.Refusal 429 when the limit is reached
     */
    void require(Call call, Kind kind, String key);

    /** Counts one, over the limit or not, and refuses nothing: what is counted has happened already. */
    void count(Call call, Kind kind, String key);

    /** Counts nothing; false where there is none left. For what the caller is not to be told of. */
    boolean left(Call call, Kind kind, String key);

    /**
     * Counts one call by a rate of the caller's own, which holds whatever is switched off here: its owner relies on it.
     *
     * @return where it is over
     */
    Optional<LimitReached> own(Call call, String key, Buckets.Rate rate);

    /** Counts one; false where there was none left. For what the caller is not to be told of. */
    boolean spend(Call call, Kind kind, String key);

    /** What a limit counts by. */
    enum Kind {
        /** Calls of one address. */
        ADDRESS,
        /** Calls about one target: an email, alone or from one address, a user. */
        TARGET,
        /** Calls of one caller who has shown who he is. */
        CALLER,
        /** Calls that name one client, whoever makes them. */
        CLIENT,
        /** Calls with one API key. */
        KEY,
        /** Callers of one address who failed to show who they are. */
        FAILURE,
        /** Mails that one address asked for. */
        MAILS_ASKED,
        /** Mails that one address gets. */
        MAILS_SENT;

        private final String word = name().toLowerCase(Locale.ROOT).replace('_', '-');

        /** Its name in options, attributes, metrics and headers. */
        public String word() {
            return word;
        }
    }

    @Override
    default void close() {
        // most limiters hold nothing per session
    }
}
