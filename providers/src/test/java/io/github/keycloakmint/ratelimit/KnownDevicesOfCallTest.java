package io.github.keycloakmint.ratelimit;

import static io.github.keycloakmint.kernel.keycloak.DerivedKeys.Kind.DEVICE_COOKIE;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.keycloakmint.kernel.keycloak.DerivedKeys;
import io.github.keycloakmint.kernel.keycloak.FreshSessions;
import io.github.keycloakmint.kernel.keycloak.PasswordMark;
import io.github.keycloakmint.kernel.limits.KnownDevices.Asked;
import io.github.keycloakmint.kernel.limits.KnownDevices.Door;
import io.github.keycloakmint.kernel.limits.KnownDevices.Remembered;
import io.github.keycloakmint.testbed.Said;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.keycloak.common.util.Time;
import org.keycloak.credential.CredentialModel;
import org.keycloak.crypto.KeyStatus;
import org.keycloak.crypto.KeyWrapper;
import org.keycloak.models.KeyManager;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakTransaction;
import org.keycloak.models.KeycloakTransactionManager;
import org.keycloak.models.RealmModel;
import org.keycloak.models.SingleUseObjectProvider;
import org.keycloak.models.SubjectCredentialManager;
import org.keycloak.models.UserModel;
import org.keycloak.models.UserProvider;

class KnownDevicesOfCallTest {

    private static final DeviceSettings SETTINGS = new DeviceSettings(2, 900, 3_600);

    private final RealmModel realm = realm("realm");
    private final Person jane = new Person("jane");
    private final Person john = new Person("john");
    private final Set<Object> places = new HashSet<>();
    private final List<KeycloakTransaction> atTheEnd = new ArrayList<>();
    private boolean storeFails;
    private int realmNotBefore;
    private int userNotBefore;

    /** A user, as far as devices go. */
    private static final class Person {
        private final String id;
        private String email;
        private long passwordSet = 1;
        private boolean enabled = true;
        private boolean elsewhere;
        private boolean federated;

        Person(String id) {
            this.id = id;
            this.email = id + "@example.com";
        }

        UserModel user() {
            CredentialModel password = new CredentialModel();
            password.setId("credential-" + id);
            password.setCreatedDate(passwordSet);
            SubjectCredentialManager credentials = FreshSessions.proxy(
                    SubjectCredentialManager.class,
                    (self, method, arguments) -> elsewhere ? Stream.empty() : Stream.of(password));
            return FreshSessions.proxy(UserModel.class, (self, method, arguments) -> switch (method.getName()) {
                case "getId" -> id;
                case "getEmail" -> email;
                case "isEnabled" -> enabled;
                case "isFederated" -> federated;
                default -> credentials;
            });
        }
    }

    private RealmModel realm(String id) {
        return FreshSessions.proxy(RealmModel.class, (self, method, arguments) -> switch (method.getName()) {
            case "getId", "getName" -> id;
            case "getNotBefore" -> realmNotBefore;
            case "isPermanentLockout" -> false;
            default -> null;
        });
    }

    private KeycloakSession session() {
        KeyWrapper key = new KeyWrapper();
        key.setStatus(KeyStatus.ACTIVE);
        key.setSecretKey(new SecretKeySpec("the realm's own secret".getBytes(StandardCharsets.UTF_8), "HmacSHA512"));
        KeyManager keys = FreshSessions.proxy(
                KeyManager.class,
                (self, method, arguments) -> method.getName().equals("getActiveKey") ? key : Stream.of(key));
        UserProvider users = FreshSessions.proxy(UserProvider.class, (self, method, arguments) -> userNotBefore);
        SingleUseObjectProvider objects =
                FreshSessions.proxy(SingleUseObjectProvider.class, (self, method, arguments) -> {
                    if (storeFails) {
                        throw new IllegalStateException("the store is away");
                    }
                    return method.getName().equals("remove")
                            ? (places.remove(arguments[0]) ? Map.of() : null)
                            : places.add(arguments[0]);
                });
        KeycloakSession fresh = new FreshSessions(realm, (self, method, arguments) -> objects).request();
        KeycloakTransactionManager transactions =
                FreshSessions.proxy(KeycloakTransactionManager.class, (self, method, arguments) -> {
                    atTheEnd.add((KeycloakTransaction) arguments[0]);
                    return null;
                });
        return FreshSessions.proxy(KeycloakSession.class, (self, method, arguments) -> switch (method.getName()) {
            case "keys" -> keys;
            case "users" -> users;
            case "getTransactionManager" -> transactions;
            default -> method.invoke(fresh, arguments);
        });
    }

    /** The request's transaction is over. */
    private void end(boolean rolledBack) {
        atTheEnd.forEach(transaction -> {
            transaction.begin();
            if (rolledBack) {
                transaction.rollback();
            } else {
                transaction.commit();
            }
        });
        atTheEnd.clear();
    }

    private KnownDevicesOfCall call(Door door, String... cookies) {
        KnownDevicesOfCall call = new KnownDevicesOfCall(session(), SETTINGS);
        call.show(door, List.of(cookies));
        return call;
    }

    private Door app() {
        return new Door(realm, "app");
    }

    private String remembered(Person person, String... cookies) {
        return call(app(), cookies).remember(person.user()).orElseThrow().value();
    }

    @AfterEach
    void now() {
        Time.setOffset(0);
    }

    @Test
    void a_device_that_signed_in_is_known_at_that_door_as_its_users() {
        String cookie = remembered(jane);
        assertThat(call(app(), cookie).knows(jane.user())).isTrue();
        assertThat(call(app(), "x", cookie, "y").knows(jane.user())).isTrue();
        assertThat(call(app(), cookie).knows(john.user())).isFalse();
        assertThat(call(app()).knows(jane.user())).isFalse();
        assertThat(call(Door.pages(realm), cookie).knows(jane.user())).isFalse();
        assertThat(call(new Door(realm, "another"), cookie).knows(jane.user())).isFalse();
        assertThat(call(new Door(realm("other"), "app"), cookie).knows(jane.user()))
                .isFalse();
        assertThat(new KnownDevicesOfCall(session(), SETTINGS).knows(jane.user()))
                .isFalse();
    }

    @Test
    void several_people_are_known_on_one_device() {
        String both = remembered(john, remembered(jane));
        assertThat(call(app(), both).knows(jane.user())).isTrue();
        assertThat(call(app(), both).knows(john.user())).isTrue();
        String again = remembered(jane, both);
        assertThat(again).hasSameSizeAs(both).isNotEqualTo(both);
        assertThat(call(app(), again).knows(john.user())).isTrue();
    }

    @Test
    void it_is_forgotten_in_time() {
        String cookie = remembered(jane);
        Time.setOffset(3_590);
        assertThat(call(app(), cookie).knows(jane.user())).isTrue();
        Time.setOffset(3_601);
        assertThat(call(app(), cookie).knows(jane.user())).isFalse();
    }

    @Test
    void T27_a_new_password_or_email_ends_it() {
        String cookie = remembered(jane);
        jane.passwordSet++;
        assertThat(call(app(), cookie).knows(jane.user())).isFalse();
        jane.passwordSet--;
        jane.email = "new@example.com";
        assertThat(call(app(), cookie).knows(jane.user())).isFalse();
        jane.email = "jane@example.com";
        assertThat(call(app(), cookie).knows(jane.user())).isTrue();
        jane.elsewhere = true;
        assertThat(call(app(), cookie).knows(jane.user())).isFalse();
        assertThat(call(app(), cookie).remember(jane.user())).isEmpty();
    }

    @Test
    void T2_what_another_key_of_the_realm_signed_is_none() {
        DeviceMark.Binding binding =
                new DeviceMark.Binding("app", "jane", PasswordMark.of(jane.user()), "jane@example.com");
        for (DerivedKeys.Kind kind : DerivedKeys.Kind.values()) {
            byte[] key = DerivedKeys.active(session(), realm, kind);
            String cookie = DeviceMark.make(key, binding, Time.currentTime()).text();
            assertThat(call(app(), cookie).knows(jane.user())).as(kind.name()).isEqualTo(kind == DEVICE_COOKIE);
        }
    }

    @Test
    void T32_a_user_of_a_directory_has_none_even_with_a_password_beside_it() {
        String cookie = remembered(jane);
        jane.federated = true;
        assertThat(call(app(), cookie).knows(jane.user())).isFalse();
        assertThat(call(app(), cookie).remember(jane.user())).isEmpty();
        assertThat(call(app()).remember(new Person("f:storage:jane").user())).isEmpty();
    }

    @Test
    void what_is_over_makes_room() {
        String cookie = remembered(john, remembered(jane));
        assertThat(cookie).hasSize(2 * 75 + 1);
        Time.setOffset(3_601);
        assertThat(remembered(john, cookie)).hasSize(75);
        Time.setOffset(0);
        realmNotBefore = Time.currentTime() + 1;
        assertThat(remembered(new Person("james"), cookie)).hasSize(75);
    }

    @Test
    void a_logout_everywhere_ends_it() {
        String cookie = remembered(jane);
        userNotBefore = Time.currentTime();
        assertThat(call(app(), cookie).knows(jane.user())).isFalse();
        userNotBefore = 0;
        realmNotBefore = Time.currentTime();
        assertThat(call(app(), cookie).knows(jane.user())).isFalse();
        Time.setOffset(2);
        assertThat(call(app(), remembered(jane)).knows(jane.user())).isTrue();
    }

    @Test
    void T32_a_disabled_user_has_no_known_device() {
        String cookie = remembered(jane);
        jane.enabled = false;
        assertThat(call(app(), cookie).knows(jane.user())).isFalse();
        assertThat(call(app(), cookie).admits(jane.user())).isFalse();
    }

    @Test
    void a_device_is_admitted_a_few_times_and_is_asked_for_one_try_a_session() {
        String cookie = remembered(jane);
        List<Boolean> answers = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            KnownDevicesOfCall call = call(app(), cookie);
            assertThat(call.admitted(jane.user())).isFalse();
            answers.add(call.admits(jane.user()));
            assertThat(call.admits(jane.user())).isEqualTo(answers.get(i));
            assertThat(call.admitted(jane.user())).isEqualTo(answers.get(i));
            // the try was taken, or nothing was looked at
            call.failed(jane.user());
            end(i == 1);
        }
        assertThat(answers).containsExactly(true, true, false);
        assertThat(places).hasSize(2);
        assertThat(call(app(), remembered(jane, cookie)).admits(jane.user())).isTrue();
    }

    @Test
    void a_try_that_was_not_wrong_comes_back_however_the_request_ends() {
        String cookie = remembered(jane);
        for (int i = 0; i < 6; i++) {
            assertThat(call(app(), cookie).admits(jane.user())).isTrue();
            assertThat(places).hasSize(1);
            end(i % 2 == 0);
            assertThat(places).isEmpty();
        }
    }

    @Test
    void of_two_at_once_each_gives_back_its_own() {
        String cookie = remembered(jane);
        KnownDevicesOfCall right = call(app(), cookie);
        assertThat(right.admits(jane.user())).isTrue();
        List<KeycloakTransaction> rights = List.copyOf(atTheEnd);
        atTheEnd.clear();
        KnownDevicesOfCall wrong = call(app(), cookie);
        assertThat(wrong.admits(jane.user())).isTrue();
        assertThat(call(app(), cookie).admits(jane.user())).isFalse();
        wrong.failed(jane.user());
        end(false);
        assertThat(places).hasSize(2);
        atTheEnd.addAll(rights);
        end(false);
        assertThat(places).singleElement().asString().endsWith("|1");
    }

    @Test
    void what_came_of_it_is_there_for_the_record() {
        String cookie = remembered(jane);
        assertThat(call(app(), cookie).asked()).isEmpty();
        KnownDevicesOfCall stranger = call(app(), remembered(john));
        stranger.admits(jane.user());
        assertThat(stranger.asked()).isEmpty();
        for (Asked expected : List.of(Asked.ADMITTED, Asked.ADMITTED, Asked.OUT_OF_TRIES)) {
            KnownDevicesOfCall call = call(app(), cookie);
            call.admits(jane.user());
            call.failed(jane.user());
            assertThat(call.asked()).contains(expected);
        }
        assertThat(Asked.OUT_OF_TRIES.word()).isEqualTo("out_of_tries");
    }

    @Test
    void a_try_that_cannot_be_given_back_spoils_nothing() {
        assertThat(call(app(), remembered(jane)).admits(jane.user())).isTrue();
        storeFails = true;
        try (Said log = new Said(KnownDevicesOfCall.class)) {
            end(false);
            assertThat(log.lines()).singleElement().asString().contains("given back");
        }
        assertThat(places).hasSize(1);
    }

    @Test
    void what_it_does_wrong_while_there_is_no_lock_counts_as_well() {
        String cookie = remembered(jane);
        call(app(), cookie).failed(jane.user());
        call(app(), cookie).failed(jane.user());
        call(app(), cookie).failed(john.user());
        assertThat(places).hasSize(2);
        assertThat(call(app(), cookie).admits(jane.user())).isFalse();
    }

    @Test
    void a_stranger_is_not_admitted_and_takes_no_room() {
        KnownDevicesOfCall stranger = call(app(), remembered(john));
        assertThat(stranger.admits(jane.user())).isFalse();
        stranger.failed(jane.user());
        assertThat(places).isEmpty();
    }

    @Test
    void without_tries_there_are_no_known_devices() {
        String cookie = remembered(jane);
        KnownDevicesOfCall off = new KnownDevicesOfCall(session(), new DeviceSettings(0, 900, 3_600));
        off.show(app(), List.of(cookie));
        assertThat(off.knows(jane.user())).isFalse();
        assertThat(off.admits(jane.user())).isFalse();
        assertThat(off.remember(jane.user())).isEqualTo(Optional.<Remembered>empty());
    }
}
