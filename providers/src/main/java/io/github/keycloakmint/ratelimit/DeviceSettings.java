package io.github.keycloakmint.ratelimit;

import io.github.keycloakmint.kernel.Attributes;
import io.github.keycloakmint.kernel.Complaints;
import io.github.keycloakmint.kernel.Options;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.keycloak.models.RealmModel;

/**
 * Server options of known devices, {@code --spi-mint-known-devices--ratelimit--<option>}.
 *
 * @param tries that a known device has while its user is locked ({@code tries}, 0 to {@value #MOST_TRIES}, default 5; none
 *     switches known devices off; one at the most in a realm that locks for good). A realm's {@value #ATTRIBUTE} goes before it
 * @param windowSeconds after which a try comes back ({@code window-seconds}, 10 to 86400, default 900)
 * @param cookieSeconds that a device is known for after it has signed in ({@code cookie-days}, 1 to 365, default 90)
 */
record DeviceSettings(int tries, int windowSeconds, long cookieSeconds) {

    static final String ATTRIBUTE = "mint.known-devices.tries";

    static final int MOST_TRIES = 20;

    private static final Logger LOG = Logger.getLogger(DeviceSettings.class);

    static DeviceSettings of(Options options) {
        return new DeviceSettings(
                options.integer("tries", 5, 0, MOST_TRIES),
                options.integer("window-seconds", 900, 10, 86_400),
                TimeUnit.DAYS.toSeconds(options.integer("cookie-days", 90, 1, 365)));
    }

    /** Tries of a known device in {@code realm}. A value that does not fit leaves none: locks are as Keycloak has them. */
    int triesIn(RealmModel realm) {
        Attributes attributes = new Attributes("realm '" + realm.getName() + "'", realm::getAttribute);
        try {
            long set = attributes.integer(ATTRIBUTE, 0).orElse(byServer(realm));
            if (set > MOST_TRIES) {
                throw new Attributes.BadAttribute(attributes.owner(), ATTRIBUTE, "at most " + MOST_TRIES);
            }
            return (int) set;
        } catch (Attributes.BadAttribute e) {
            Complaints.error(LOG, realm.getId(), e.getMessage());
            return 0;
        }
    }

    /** In a realm that locks for good each wrong one is one lockout more: its owner's slips would be as good as an attack. */
    private long byServer(RealmModel realm) {
        return realm.isPermanentLockout() ? Math.min(tries, 1) : tries;
    }
}
