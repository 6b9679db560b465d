package io.github.keycloakmint.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.keycloakmint.kernel.keycloak.FreshSessions;
import io.github.keycloakmint.kernel.keycloak.SingleUse;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.keycloak.models.RealmModel;

class DeviceTriesTest {

    private static final DeviceMark.Binding JANE = new DeviceMark.Binding("app", "jane", "password", "e");

    private final Map<String, Long> places = new ConcurrentHashMap<>();

    private final SingleUse store = new SingleUse() {
        @Override
        public boolean claim(String key, long seconds) {
            return places.putIfAbsent(key, seconds) == null;
        }

        @Override
        public boolean claimed(String key) {
            return places.containsKey(key);
        }

        @Override
        public void release(String key) {
            places.remove(key);
        }
    };

    private static DeviceMark device() {
        return DeviceMark.make("key".getBytes(StandardCharsets.UTF_8), JANE, 1);
    }

    private DeviceTries tries(String realmId, int most) {
        RealmModel realm = FreshSessions.proxy(RealmModel.class, (self, method, arguments) -> realmId);
        return new DeviceTries(store, realm, most, 60);
    }

    @Test
    void a_device_has_so_many_and_each_comes_back_by_itself() {
        DeviceMark device = device();
        DeviceTries tries = tries("realm", 3);
        assertThat(IntStream.range(0, 5)
                        .filter(i -> tries.take(device).isPresent())
                        .count())
                .isEqualTo(3);
        assertThat(places.values()).containsOnly(60L);
        places.remove(places.keySet().iterator().next());
        assertThat(tries.take(device)).isPresent();
        assertThat(tries.take(device)).isEmpty();
        tries.giveBack(places.keySet().iterator().next());
        assertThat(tries.take(device)).isPresent();
    }

    @Test
    void T10_another_device_and_another_realm_have_their_own() {
        DeviceMark device = device();
        assertThat(tries("realm", 1).take(device)).isPresent();
        assertThat(tries("realm", 1).take(device)).isEmpty();
        assertThat(tries("realm", 1).take(device())).isPresent();
        assertThat(tries("other", 1).take(device)).isPresent();
        assertThat(places.keySet()).allMatch(key -> key.startsWith("realm|") || key.startsWith("other|"));
    }

    @Test
    void of_many_at_once_no_more_get_one() {
        DeviceMark device = device();
        DeviceTries tries = tries("realm", 4);
        assertThat(IntStream.range(0, 1_000)
                        .parallel()
                        .filter(i -> tries.take(device).isPresent())
                        .count())
                .isEqualTo(4);
    }
}
