package io.github.keycloakmint.kernel.keycloak;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.keycloakmint.kernel.limits.KnownDevices;
import jakarta.ws.rs.core.UriInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.keycloak.common.ClientConnection;
import org.keycloak.models.KeycloakContext;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.services.managers.BruteForceProtector;
import org.keycloak.services.managers.DefaultBruteForceProtector;

/** What is asked of Keycloak's own protection, and when a known device is asked about. */
class KnownDeviceProtectorTest {

    private static final Set<String> PASSWORD = Set.of("password");

    private final List<String> calls = new ArrayList<>();
    private boolean locked;
    private boolean busy;
    private boolean lockedForGood;
    private boolean known;
    private boolean admits;

    private final RealmModel realm = FreshSessions.proxy(RealmModel.class, (self, method, arguments) -> "demo");
    private final UserModel user = FreshSessions.proxy(UserModel.class, (self, method, arguments) -> "jane");

    private final BruteForceProtector judge =
            FreshSessions.proxy(BruteForceProtector.class, (self, method, arguments) -> switch (method.getName()) {
                case "isTemporarilyDisabled" -> locked || busy;
                case "isPermanentlyLockedOut" -> lockedForGood || busy;
                default -> calls.add("judge " + method.getName()) ? null : null;
            });

    private final DefaultBruteForceProtector counts = new DefaultBruteForceProtector(null) {
        @Override
        public boolean isTemporarilyDisabled(KeycloakSession session, RealmModel realm, UserModel user) {
            return locked;
        }

        @Override
        public boolean isPermanentlyLockedOut(KeycloakSession session, RealmModel realm, UserModel user) {
            return lockedForGood;
        }

        @Override
        public void failedLogin(
                RealmModel realm, UserModel user, ClientConnection connection, UriInfo uri, Set<String> categories) {
            calls.add("counts failedLogin");
        }
    };

    private final class Devices implements KnownDevices {
        private boolean asked;

        @Override
        public void show(Door door, List<String> cookies) {
            calls.add("show");
        }

        @Override
        public boolean knows(UserModel user) {
            return known;
        }

        @Override
        public boolean admits(UserModel user) {
            asked = true;
            return known && admits;
        }

        @Override
        public boolean admitted(UserModel user) {
            return asked && known && admits;
        }

        @Override
        public Optional<Asked> asked() {
            return Optional.empty();
        }

        @Override
        public void failed(UserModel user) {
            calls.add("device failed");
        }

        @Override
        public Optional<Remembered> remember(UserModel user) {
            calls.add("remember");
            return Optional.empty();
        }
    }

    private final Devices devices = new Devices();
    private final KeycloakSession session = session(devices);

    private static KeycloakSession session(KnownDevices devices) {
        KeycloakContext context = FreshSessions.proxy(KeycloakContext.class, (self, method, arguments) -> null);
        return FreshSessions.proxy(
                KeycloakSession.class,
                (self, method, arguments) -> method.getName().equals("getContext") ? context : devices);
    }

    private boolean refused(KeycloakSession in, RealmModel realm) {
        KnownDeviceProtector protector = new KnownDeviceProtector(in, judge, counts);
        return protector.isPermanentlyLockedOut(in, realm, user) || protector.isTemporarilyDisabled(in, realm, user);
    }

    private boolean refused() {
        return refused(session, realm);
    }

    private void failed(Set<String> categories) {
        new KnownDeviceProtector(session, judge, counts).failedLogin(realm, user, null, null, categories);
    }

    private void succeeded() {
        succeeded(PASSWORD);
    }

    private void succeeded(Set<String> categories) {
        new KnownDeviceProtector(session, judge, counts).successfulLogin(realm, user, null, null, categories);
    }

    @Test
    void a_lock_that_passes_keeps_strangers_out_and_no_known_device_with_a_try() {
        locked = true;
        assertThat(refused()).isTrue();
        known = true;
        assertThat(refused()).isTrue();
        admits = true;
        assertThat(refused()).isFalse();
    }

    @Test
    void T32_a_user_who_is_locked_for_good_is_so_for_every_device() {
        known = true;
        admits = true;
        lockedForGood = true;
        assertThat(refused()).isTrue();
        locked = true;
        assertThat(refused()).isTrue();
        busy = true;
        assertThat(refused()).isTrue();
    }

    @Test
    void another_attempt_that_is_under_way_is_no_lock_and_takes_no_try() {
        known = true;
        admits = true;
        busy = true;
        assertThat(refused()).isTrue();
        assertThat(devices.asked).isFalse();
        locked = true;
        assertThat(refused()).isFalse();
    }

    @Test
    void without_a_lock_no_device_is_asked_about() {
        assertThat(refused()).isFalse();
        assertThat(devices.asked).isFalse();
    }

    @Test
    void a_failure_counts_for_the_user_whoever_it_is_and_for_the_device() {
        failed(PASSWORD);
        failed(null);
        failed(Set.of("otp"));
        assertThat(calls)
                .containsExactly(
                        "judge failedLogin",
                        "device failed",
                        "judge failedLogin",
                        "device failed",
                        "judge failedLogin",
                        "device failed");
        calls.clear();
        // a category that Keycloak does not count
        failed(Set.of("webauthn"));
        assertThat(calls).containsExactly("judge failedLogin");
        calls.clear();
        locked = true;
        known = true;
        admits = true;
        assertThat(refused()).isFalse();
        failed(PASSWORD);
        assertThat(calls).containsExactly("counts failedLogin", "device failed");
    }

    @Test
    void a_success_in_spite_of_the_lock_does_not_end_it() {
        succeeded();
        assertThat(calls).containsExactly("judge successfulLogin");
        calls.clear();
        known = true;
        succeeded();
        assertThat(calls).containsExactly("judge successfulLogin");
        calls.clear();
        locked = true;
        succeeded();
        assertThat(calls).isEmpty();
        known = false;
        succeeded();
        assertThat(calls).containsExactly("judge successfulLogin");
    }

    @Test
    void a_success_of_no_category_is_Keycloaks_own_to_take() {
        succeeded(null);
        assertThat(calls).containsExactly("judge successfulLogin");
    }

    @Test
    void without_the_room_and_in_the_administrators_realm_it_is_Keycloaks_own() {
        known = true;
        admits = true;
        locked = true;
        assertThat(refused(session(null), realm)).isTrue();
        RealmModel master = FreshSessions.proxy(RealmModel.class, (self, method, arguments) -> "master");
        assertThat(refused(session, master)).isTrue();
        assertThat(refused()).isFalse();
    }
}
