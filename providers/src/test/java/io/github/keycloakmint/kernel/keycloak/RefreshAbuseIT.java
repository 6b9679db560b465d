package io.github.keycloakmint.kernel.keycloak;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.keycloakmint.kernel.keycloak.Refreshes.Pair;
import io.github.keycloakmint.testbed.Answer;
import io.github.keycloakmint.testbed.Http;
import io.github.keycloakmint.testbed.Json;
import io.github.keycloakmint.testbed.Poll;
import io.github.keycloakmint.testbed.TestRealm;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Refresh tokens in the wrong hands, at Keycloak's own token endpoint. */
@Tag("once")
class RefreshAbuseIT {

    private static TestRealm realm;
    private static Refreshes refreshes;

    @BeforeAll
    static void start() {
        realm = TestRealm.create(Refreshes::introspectable);
        refreshes = new Refreshes(realm);
    }

    @AfterAll
    static void stop() {
        realm.close();
    }

    @AfterEach
    void asShipped() {
        realm.clientAttribute(Refreshes.CLIENT, Refreshes.LEEWAY, null);
    }

    private static void leeway(String seconds) {
        realm.clientAttribute(Refreshes.CLIENT, Refreshes.LEEWAY, seconds);
    }

    @RepeatedTest(8)
    void of_twenty_at_once_at_most_one_is_answered_and_the_family_is_dead() throws Exception {
        Pair first = refreshes.signIn();
        List<Answer> answers = Refreshes.inParallel(20, i -> refreshes.refresh(first.refresh()));
        refreshes.atMostOneAndDead(answers);
        refreshes.dead(first);
    }

    @RepeatedTest(3)
    void of_twenty_at_once_with_a_later_token_likewise() throws Exception {
        Pair first = refreshes.signIn();
        Pair second = Pair.of(refreshes.refresh(first.refresh()));
        refreshes.atMostOneAndDead(Refreshes.inParallel(20, i -> refreshes.refresh(second.refresh())));
        refreshes.dead(second);
    }

    @Test
    void twenty_sessions_at_once_each_with_its_own_token_all_go_on() throws Exception {
        List<Pair> sessions = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            sessions.add(refreshes.signIn());
        }
        List<Answer> answers =
                Refreshes.inParallel(20, i -> refreshes.refresh(sessions.get(i).refresh()));
        answers.forEach(answer -> refreshes.alive(Pair.of(answer)));
    }

    @RepeatedTest(5)
    void reuse_within_the_same_second_ends_the_family() {
        Pair first = refreshes.signIn();
        Pair second = Pair.of(refreshes.refresh(first.refresh()));
        Pair third = Pair.of(refreshes.refresh(second.refresh()));
        Refreshes.refused(refreshes.refresh(second.refresh()));
        refreshes.dead(third);
    }

    @Test
    void reuse_of_an_old_ancestor_ends_the_family() {
        Pair first = refreshes.signIn();
        Pair newest = first;
        for (int i = 0; i < 4; i++) {
            newest = Pair.of(refreshes.refresh(newest.refresh()));
        }
        Refreshes.refused(refreshes.refresh(first.refresh()));
        refreshes.dead(newest);
    }

    @Test
    void the_leeway_is_for_the_immediate_predecessor_alone() {
        leeway("60");
        Pair first = refreshes.signIn();
        Pair second = Pair.of(refreshes.refresh(first.refresh()));
        Pair third = Pair.of(refreshes.refresh(second.refresh()));
        Refreshes.refused(refreshes.refresh(first.refresh()));
        refreshes.dead(third);
    }

    @Test
    void reuse_after_the_leeway_ends_the_family() {
        leeway("1");
        Pair first = refreshes.signIn();
        Pair second = Pair.of(refreshes.refresh(first.refresh()));
        long replaced = System.nanoTime();
        assertThat(Pair.of(refreshes.refresh(first.refresh())).refresh()).isEqualTo(second.refresh());
        Poll.untilTrue(
                "a second and a half is over",
                Duration.ofSeconds(5),
                () -> System.nanoTime() - replaced > Duration.ofMillis(1500).toNanos());
        Refreshes.refused(refreshes.refresh(first.refresh()));
        refreshes.dead(second);
    }

    @Test
    void a_token_of_an_ended_family_is_nothing_to_the_next_one() {
        Pair first = refreshes.signIn();
        Pair second = Pair.of(refreshes.refresh(first.refresh()));
        Refreshes.refused(refreshes.refresh(first.refresh()));
        Pair anew = refreshes.signIn();
        Refreshes.refused(refreshes.refresh(second.refresh()));
        refreshes.alive(anew);
        refreshes.alive(Pair.of(refreshes.refresh(anew.refresh())));
    }

    @Test
    void an_access_token_is_no_refresh_token_nor_the_reverse() {
        Pair tokens = refreshes.signIn();
        Refreshes.refused(refreshes.refresh(tokens.access()));
        assertThat(realm.userinfo(tokens.refresh()).status()).isEqualTo(401);
        assertThat(refreshes.active(tokens.refresh())).isFalse();
        refreshes.alive(Pair.of(refreshes.refresh(tokens.refresh())));
    }

    @Test
    void another_clients_or_another_realms_token_is_refused_and_ends_nothing() {
        realm.createClient(Json.object(
                "clientId",
                "another-app",
                "publicClient",
                true,
                "directAccessGrantsEnabled",
                true,
                "attributes",
                Map.of("mint.refresh.rotate", "true")));
        Pair tokens = refreshes.signIn();
        Refreshes.refused(
                realm.token("another-app", Map.of("grant_type", "refresh_token", "refresh_token", tokens.refresh())));
        try (TestRealm other = TestRealm.create()) {
            Refreshes.refused(Http.post(other.url("/protocol/openid-connect/token"))
                    .form(Map.of(
                            "grant_type",
                            "refresh_token",
                            "client_id",
                            Refreshes.CLIENT,
                            "refresh_token",
                            tokens.refresh()))
                    .send());
        }
        refreshes.alive(Pair.of(refreshes.refresh(tokens.refresh())));
    }

    @Test
    void garbage_and_tampered_tokens_are_refused() {
        Pair tokens = refreshes.signIn();
        String[] parts = tokens.refresh().split("\\.");
        Refreshes.refused(refreshes.refresh("garbage"));
        Refreshes.refused(refreshes.refresh(parts[0] + "." + parts[1] + "."));
        Refreshes.refused(refreshes.refresh(parts[0] + "." + parts[1] + "A." + parts[2]));
        refreshes.alive(Pair.of(refreshes.refresh(tokens.refresh())));
    }

    @Test
    void a_disabled_user_and_an_ended_session_get_nothing() {
        Pair tokens = Pair.of(refreshes.refresh(refreshes.signIn().refresh()));
        realm.post("/users/" + realm.userId(Refreshes.USER) + "/logout", Json.object())
                .expect(204);
        refreshes.dead(tokens);
        Pair again = refreshes.signIn();
        Http.post(realm.url("/protocol/openid-connect/logout"))
                .form(Map.of("client_id", Refreshes.CLIENT, "refresh_token", again.refresh()))
                .send()
                .expect(204);
        refreshes.dead(again);
    }

    @Test
    void a_setting_that_cannot_be_read_refuses_every_refresh_and_says_so_in_the_log() {
        Pair tokens = refreshes.signIn();
        for (String[] bad : new String[][] {
            {"mint.refresh.rotate", "yes"}, {Refreshes.LEEWAY, "61"}, {Refreshes.LEEWAY, "-1"}, {Refreshes.LEEWAY, "x"}
        }) {
            String before = bad[0].equals(Refreshes.LEEWAY) ? null : "true";
            realm.clientAttribute(Refreshes.CLIENT, bad[0], bad[1]);
            Answer answer = refreshes.refresh(tokens.refresh());
            assertThat(answer.status()).isEqualTo(400);
            assertThat(answer.json().path("error").asText()).isEqualTo("unauthorized_client");
            Poll.untilTrue("an ERROR that names the attribute", Duration.ofSeconds(5), () -> realm.server()
                    .log()
                    .lines()
                    .anyMatch(line -> line.contains("ERROR")
                            && line.contains("Attribute " + bad[0] + " of client '" + Refreshes.CLIENT + "'")));
            realm.clientAttribute(Refreshes.CLIENT, bad[0], before);
        }
        refreshes.alive(Pair.of(refreshes.refresh(tokens.refresh())));
    }

    @Test
    void a_reuse_is_in_the_event_log_with_its_reason() {
        Pair first = refreshes.signIn();
        Pair.of(refreshes.refresh(first.refresh()));
        Refreshes.refused(refreshes.refresh(first.refresh()));
        Poll.untilTrue("a line of Keycloak's event log", Duration.ofSeconds(5), () -> realm.server()
                .log()
                .lines()
                .anyMatch(line -> line.contains("REFRESH_TOKEN_ERROR")
                        && line.contains(realm.name())
                        && line.contains("Refresh token was used before")));
    }

    @Test
    void a_leeway_that_can_not_be_read_refuses_every_refresh_and_is_complained_of_once_a_minute() {
        Pair first = refreshes.signIn();
        for (String bad : List.of("-1", "abc", "1.5", "-1", "abc", "1.5", "-1", "abc", "1.5")) {
            leeway(bad);
            Answer answer = refreshes.refresh(first.refresh());
            assertThat(answer.status()).as(bad).isEqualTo(400);
            assertThat(answer.json().path("error").asText()).as(bad).isEqualTo("unauthorized_client");
        }
        leeway(null);
        // nothing was used up
        refreshes.alive(Pair.of(refreshes.refresh(first.refresh())));
        String about = "'" + Refreshes.CLIENT + "'";
        long complaints = realm.server()
                .log()
                .lines()
                .filter(line ->
                        line.contains("RotatingRefresh") && line.contains(Refreshes.LEEWAY) && line.contains(about))
                .count();
        // those of the other test, and of a minute that ended meanwhile
        assertThat(complaints).isBetween(1L, 5L);
    }
}
