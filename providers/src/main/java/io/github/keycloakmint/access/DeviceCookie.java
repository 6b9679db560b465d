package io.github.keycloakmint.access;

import io.github.keycloakmint.kernel.http.Cookie;
import io.github.keycloakmint.kernel.http.Exchange;
import io.github.keycloakmint.kernel.http.Reply;
import io.github.keycloakmint.kernel.keycloak.KnownDeviceProtectorFactory;
import io.github.keycloakmint.kernel.limits.KnownDevices;
import java.util.Optional;
import java.util.function.Supplier;
import org.keycloak.models.ClientModel;
import org.keycloak.models.UserModel;

/**
 * The cookie of a device that a user has signed in with ({@link KnownDevices}), for the path that was called. Read and set
 * for a page of an exactly allowed origin alone (T26); of any other caller it is ignored, as one of another project is.
 */
final class DeviceCookie {

    private static final String SAME_SITE = "None";

    private final Exchange call;
    private final KnownDevices.Door door;
    private final Optional<KnownDevices> devices;

    private DeviceCookie(Exchange call, KnownDevices.Door door, Optional<KnownDevices> devices) {
        this.call = call;
        this.door = door;
        this.devices = devices;
    }

    /** To be called once the page was judged, and before the credentials are. */
    static DeviceCookie of(Exchange call, ClientModel client) {
        Optional<KnownDevices> devices = call.cors().fromAllowedPage() && locks(call)
                ? Optional.ofNullable(call.session().getProvider(KnownDevices.class))
                : Optional.empty();
        DeviceCookie cookie = new DeviceCookie(call, KnownDevices.Door.of(client), devices);
        devices.ifPresent(known -> known.show(cookie.door, call.cookies(cookie.door.cookie())));
        return cookie;
    }

    /** Where nobody is ever locked, or a lock is one for every device, nothing needs to be remembered. */
    private static boolean locks(Exchange call) {
        return call.realm().isBruteForceProtected() && KnownDeviceProtectorFactory.chosen(call.session());
    }

    /** What {@code signIn} gives. Strangers had the user locked: that is for whoever looks into it, and into refusals above all. */
    <T> T recorded(Supplier<T> signIn) {
        try {
            return signIn.get();
        } finally {
            devices.flatMap(KnownDevices::asked)
                    .ifPresent(asked -> call.record().put("knownDevice", asked.word()));
        }
    }

    /** {@code reply}, with the cookie for the user who has just signed in. */
    Reply onto(Reply reply, String userId) {
        return devices.flatMap(known -> user(userId).flatMap(known::remember))
                .map(device -> reply.with(
                        new Cookie(door.cookie(), device.value(), call.prefix(), device.seconds(), SAME_SITE)))
                .orElse(reply);
    }

    private Optional<UserModel> user(String userId) {
        return Optional.ofNullable(call.session().users().getUserById(call.realm(), userId));
    }
}
