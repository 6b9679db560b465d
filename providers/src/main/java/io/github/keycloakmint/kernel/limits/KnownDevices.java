package io.github.keycloakmint.kernel.limits;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import org.keycloak.models.ClientModel;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.provider.Provider;

/**
 * Devices that a user has signed in with before, told by a cookie that they got then (contract section 10; OWASP, "Slow Down
 * Online Guessing Attacks with Device Cookies"). Such a one may try a few times while strangers have the user locked for a
 * while. A session has one of these, which is about the one device that calls. The room {@code ratelimit} implements it;
 * without it no device is known.
 */
public interface KnownDevices extends Provider {

    /**
     * Where a device signs in. What is remembered at one door is nothing at another (T26).
     *
     * @param place id of the client that takes the password; empty for Keycloak's own pages
     */
    record Door(RealmModel realm, String place) {

        public static Door of(ClientModel client) {
            return new Door(client.getRealm(), client.getId());
        }

        public static Door pages(RealmModel realm) {
            return new Door(realm, "");
        }

        /**
         * Name of the cookie: another project's at the same address is never sent in its place, and browsers let no plain
         * http page of a sibling host set one of this prefix (RFC 6265bis section 4.1.3.1).
         */
        public String cookie() {
            return "__Secure-mint-device-"
                    + UUID.nameUUIDFromBytes((realm.getId() + '|' + place).getBytes(StandardCharsets.UTF_8));
        }
    }

    /** @param seconds that the cookie with {@code value} is good for */
    record Remembered(String value, long seconds) {
        @Override
        public String toString() {
            return "Remembered"; // no cookie gets into a log by accident
        }
    }

    /** Takes down what the device that calls has; whoever calls this has judged whether cookies may be read (T26). */
    void show(Door door, List<String> cookies);

    /** Whether the device that calls is known as one of {@code user}. */
    boolean knows(UserModel user);

    /**
     * Whether the device that calls may try {@code user}'s credentials while strangers may not. That takes one of its tries,
     * which comes back with the end of the transaction unless it {@link #failed}; asked again in this session it is the same
     * answer about the same try.
     */
    boolean admits(UserModel user);

    /** What {@link #admits} has said in this session; false where it was not asked. */
    boolean admitted(UserModel user);

    /** What was asked of {@link #admits} about a known device, for the record: what came of it last. */
    Optional<Asked> asked();

    /** A known device called while its user was locked. */
    enum Asked {
        ADMITTED,
        OUT_OF_TRIES;

        /** As it is in records and metrics. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Credentials of {@code user} that this device showed were wrong. Takes a try, where none was taken for it. */
    void failed(UserModel user);

    /** The cookie by which this device will be known as one of {@code user}, who has just signed in with it. */
    Optional<Remembered> remember(UserModel user);

    @Override
    default void close() {
        // holds nothing but what the call showed
    }
}
