package io.github.keycloakmint.kernel.keycloak;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.keycloak.models.AuthenticatedClientSessionModel;

class RefreshRecordTest {

    private final Map<String, String> notes = new HashMap<>();

    /** Keeps notes, and nothing else. */
    private final AuthenticatedClientSessionModel session = (AuthenticatedClientSessionModel) Proxy.newProxyInstance(
            getClass().getClassLoader(),
            new Class<?>[] {AuthenticatedClientSessionModel.class},
            (proxy, method, args) -> {
                if (!method.getName().equals("setNote")) {
                    throw new UnsupportedOperationException(method.getName());
                }
                return notes.put((String) args[0], (String) args[1]);
            });

    private void remember(String chain, int generation, long began, long issued) {
        new RefreshRecord(chain, generation, began, "id-" + chain + "-" + generation, issued, 0)
                .putInto(session, notes);
    }

    @Test
    void a_chain_has_one_place_and_its_newest_token_in_it() {
        remember("a", 1, 10, 11_000);
        remember("b", 1, 10, 11_000);
        remember("a", 2, 10, 12_000);
        assertThat(notes).hasSize(2);
        assertThat(RefreshRecord.find(notes, "a")).contains(new RefreshRecord("a", 2, 10, "id-a-2", 12_000, 0));
        assertThat(RefreshRecord.find(notes, "b"))
                .map(RefreshRecord::generation)
                .contains(1);
        assertThat(RefreshRecord.find(notes, "c")).isEmpty();
        assertThat(RefreshRecord.forgotten(notes, 10)).isFalse();
    }

    @Test
    void the_chain_used_longest_ago_makes_room_and_is_never_taken_for_a_new_one() {
        IntStream.range(0, 16).forEach(i -> remember("chain" + i, 1, 100 + i, 1_000_000 + i));
        remember("chain0", 2, 100, 2_000_000);
        remember("another", 1, 200, 2_000_001);
        assertThat(RefreshRecord.find(notes, "another")).isPresent();
        assertThat(RefreshRecord.find(notes, "chain0")).isPresent();
        assertThat(RefreshRecord.find(notes, "chain1")).isEmpty();
        assertThat(RefreshRecord.forgotten(notes, 101)).isTrue();
        assertThat(RefreshRecord.forgotten(notes, 102)).isFalse();
        assertThat(notes).hasSize(17);
        IntStream.range(0, 1_000).forEach(i -> remember("more" + i, 1, 300 + i, 3_000_000 + i));
        assertThat(notes).hasSize(17);
        assertThat(RefreshRecord.forgotten(notes, 300)).isTrue();
    }
}
