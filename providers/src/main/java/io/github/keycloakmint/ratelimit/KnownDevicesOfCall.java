package io.github.keycloakmint.ratelimit;

import io.github.keycloakmint.kernel.keycloak.DerivedKeys;
import io.github.keycloakmint.kernel.keycloak.PasswordMark;
import io.github.keycloakmint.kernel.keycloak.SingleUse;
import io.github.keycloakmint.kernel.limits.KnownDevices;
import io.micrometer.core.instrument.Metrics;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jboss.logging.Logger;
import org.keycloak.common.util.Time;
import org.keycloak.models.AbstractKeycloakTransaction;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.storage.StorageId;

/**
 * The device that calls. Nothing is kept of devices but the tries that they have used up: what ends a mark is in what it is
 * signed over (password, email) or in what Keycloak keeps anyway, the times before which nothing of a user or of a realm is
 * good any more ("not before", which an admin's logout of a user's or of all sessions sets).
 */
final class KnownDevicesOfCall implements KnownDevices {

    private static final Logger LOG = Logger.getLogger(KnownDevicesOfCall.class);

    private final KeycloakSession session;
    private final DeviceSettings settings;
    private final Map<String, Boolean> admitted = new HashMap<>();
    private final Set<String> failed = new HashSet<>();
    private Optional<Door> door = Optional.empty();
    private Optional<Asked> asked = Optional.empty();
    private DeviceMarks marks = new DeviceMarks(List.of());

    KnownDevicesOfCall(KeycloakSession session, DeviceSettings settings) {
        this.session = session;
        this.settings = settings;
    }

    @Override
    public void show(Door door, List<String> cookies) {
        this.door = Optional.of(door);
        this.marks = DeviceMarks.parse(cookies);
    }

    @Override
    public boolean knows(UserModel user) {
        return mark(user).isPresent();
    }

    @Override
    public boolean admits(UserModel user) {
        return admitted.computeIfAbsent(user.getId(), ignored -> admitsNow(user));
    }

    private boolean admitsNow(UserModel user) {
        Optional<DeviceMark> device = mark(user);
        if (device.isEmpty()) {
            return false;
        }
        DeviceTries tries = tries();
        Optional<String> place = tries.take(device.get());
        place.ifPresent(taken -> giveBackUnlessFailed(user.getId(), tries, taken));
        Asked came = place.isPresent() ? Asked.ADMITTED : Asked.OUT_OF_TRIES;
        asked = Optional.of(came);
        Metrics.counter("keycloak_mint_known_devices_total", "outcome", came.word())
                .increment();
        return place.isPresent();
    }

    /** A sign-in may take several pages, and a right password may not be all: only what was wrong is a try that is gone. */
    private void giveBackUnlessFailed(String userId, DeviceTries tries, String place) {
        session.getTransactionManager().enlistAfterCompletion(new AbstractKeycloakTransaction() {
            @Override
            protected void commitImpl() {
                if (!failed.contains(userId)) {
                    giveBack(tries, place);
                }
            }

            @Override
            protected void rollbackImpl() {
                commitImpl();
            }
        });
    }

    /** What was done is done by now, so a store that fails spoils nothing: the try comes back with the window. */
    private static void giveBack(DeviceTries tries, String place) {
        try {
            tries.giveBack(place);
        } catch (RuntimeException e) {
            LOG.warn("A try of a known device could not be given back", e);
        }
    }

    @Override
    public boolean admitted(UserModel user) {
        return admitted.getOrDefault(user.getId(), false);
    }

    @Override
    public Optional<Asked> asked() {
        return asked;
    }

    /** Who was refused because of a lock had no look taken at what he sent, and is not counted by Keycloak either. */
    @Override
    public void failed(UserModel user) {
        failed.add(user.getId());
        if (!admitted.containsKey(user.getId())) {
            mark(user).ifPresent(known -> tries().take(known));
        }
    }

    @Override
    public Optional<Remembered> remember(UserModel user) {
        return door.filter(this::on).flatMap(here -> binding(here, user).map(binding -> {
            byte[] key = DerivedKeys.active(session, here.realm(), DerivedKeys.Kind.DEVICE_COOKIE);
            List<byte[]> keys = keys(here.realm());
            DeviceMark mark = DeviceMark.make(key, binding, Time.currentTime());
            DeviceMarks renewed =
                    marks.with(mark, other -> other.isFor(keys, binding), other -> over(here.realm(), other));
            return new Remembered(renewed.value(), settings.cookieSeconds());
        }));
    }

    /** The one by which the device is known as one of {@code user}; empty for a disabled one, whatever it shows. */
    private Optional<DeviceMark> mark(UserModel user) {
        return door.filter(here -> marks.all().findAny().isPresent())
                .filter(this::on)
                .filter(here -> user.isEnabled())
                .flatMap(here -> binding(here, user).flatMap(binding -> {
                    List<byte[]> keys = keys(here.realm());
                    return marks.all()
                            .filter(mark -> mark.isFor(keys, binding))
                            .filter(mark -> live(here.realm(), user, mark))
                            .findFirst();
                }));
    }

    /** Of the same second as "not before" it may be from before. */
    private boolean live(RealmModel realm, UserModel user, DeviceMark mark) {
        return !over(realm, mark) && mark.issued() > session.users().getNotBeforeOfUser(realm, user);
    }

    private boolean over(RealmModel realm, DeviceMark mark) {
        return Time.currentTime() - mark.issued() >= settings.cookieSeconds() || mark.issued() <= realm.getNotBefore();
    }

    private boolean on(Door here) {
        return settings.triesIn(here.realm()) > 0;
    }

    private DeviceTries tries() {
        RealmModel realm = door.orElseThrow().realm();
        return new DeviceTries(SingleUse.of(session), realm, settings.triesIn(realm), settings.windowSeconds());
    }

    private List<byte[]> keys(RealmModel realm) {
        return DerivedKeys.accepted(session, realm, DerivedKeys.Kind.DEVICE_COOKIE);
    }

    /** Empty for a user whose password is, or may be, kept elsewhere: nobody would tell of its change (T32). */
    private static Optional<DeviceMark.Binding> binding(Door here, UserModel user) {
        if (user.isFederated() || !StorageId.isLocalStorage(user.getId())) {
            // LDAP's edit mode UNSYNCED keeps a password here beside the directory's, and takes either
            return Optional.empty();
        }
        String email = Optional.ofNullable(user.getEmail()).orElse("");
        return PasswordMark.stored(user)
                .map(password -> new DeviceMark.Binding(here.place(), user.getId(), password, email));
    }
}
