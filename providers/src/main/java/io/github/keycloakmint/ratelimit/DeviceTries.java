package io.github.keycloakmint.ratelimit;

import io.github.keycloakmint.kernel.UrlBase64;
import io.github.keycloakmint.kernel.keycloak.SingleUse;
import java.util.Optional;
import java.util.stream.IntStream;
import org.keycloak.models.RealmModel;

/**
 * The tries of a device, counted on all nodes: so many places, each of which one try takes. What was wrong comes back when
 * the window is over. Of tries at the same moment no two take one place. Only devices that are known have any, so nobody fills the store
 * with them.
 */
final class DeviceTries {

    private final SingleUse places;
    private final RealmModel realm;
    private final int tries;
    private final int windowSeconds;

    DeviceTries(SingleUse places, RealmModel realm, int tries, int windowSeconds) {
        this.places = places;
        this.realm = realm;
        this.tries = tries;
        this.windowSeconds = windowSeconds;
    }

    /** The place that was taken; empty where there was none left. */
    Optional<String> take(DeviceMark device) {
        String key = realm.getId() + "|mint-device|" + UrlBase64.encode(device.id()) + '|';
        return IntStream.range(0, tries)
                .mapToObj(number -> key + number)
                .filter(place -> places.claim(place, windowSeconds))
                .findFirst();
    }

    void giveBack(String place) {
        places.release(place);
    }
}
