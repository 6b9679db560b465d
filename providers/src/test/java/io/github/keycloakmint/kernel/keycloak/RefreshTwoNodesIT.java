package io.github.keycloakmint.kernel.keycloak;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.keycloakmint.kernel.keycloak.Refreshes.Pair;
import io.github.keycloakmint.testbed.Answer;
import io.github.keycloakmint.testbed.Cluster;
import io.github.keycloakmint.testbed.KeycloakServer;
import io.github.keycloakmint.testbed.TestRealm;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** One refresh token on two nodes at once. */
@Tag("full")
class RefreshTwoNodesIT {

    private static Cluster cluster;
    private static TestRealm realm;
    private static Refreshes refreshes;

    @BeforeAll
    static void start() {
        cluster = Cluster.shared();
        realm = TestRealm.create(cluster.node(0), "demo-realm.json", settings -> {
            settings.put("sslRequired", "none");
            Refreshes.introspectable(settings);
        });
        refreshes = new Refreshes(realm);
        // both nodes have loaded everything once
        Pair tokens = refreshes.signIn();
        for (int i = 0; i < 4; i++) {
            tokens = Pair.of(refreshes.refreshAt(cluster.node(i % 2), tokens.refresh()));
        }
    }

    @AfterAll
    static void stop() {
        realm.close();
    }

    @AfterEach
    void asShipped() {
        realm.clientAttribute(Refreshes.CLIENT, Refreshes.LEEWAY, null);
    }

    private static List<Answer> twentyOverBoth(String token) throws Exception {
        return Refreshes.inParallel(20, i -> refreshes.refreshAt(cluster.node(i % 2), token));
    }

    private static void deadOnBoth(Pair tokens) {
        for (int i = 0; i < 2; i++) {
            KeycloakServer node = cluster.node(i);
            assertThat(refreshes.activeAt(node, tokens.access())).isFalse();
            Refreshes.refused(refreshes.refreshAt(node, tokens.refresh()));
        }
    }

    @RepeatedTest(8)
    void of_twenty_at_once_over_both_at_most_one_is_answered_and_the_family_is_dead() throws Exception {
        Pair first = refreshes.signIn();
        List<Answer> answers = twentyOverBoth(first.refresh());
        assertThat(answers.stream().map(Answer::status)).isSubsetOf(200, 400);
        List<Answer> answered =
                answers.stream().filter(answer -> answer.status() == 200).toList();
        assertThat(answered).hasSizeLessThanOrEqualTo(1);
        answered.forEach(answer -> deadOnBoth(Pair.of(answer)));
        deadOnBoth(first);
    }

    @Test
    void a_token_used_on_one_node_is_used_on_the_other() {
        Pair first = refreshes.signIn();
        Pair second = Pair.of(refreshes.refreshAt(cluster.node(0), first.refresh()));
        Pair third = Pair.of(refreshes.refreshAt(cluster.node(1), second.refresh()));
        Refreshes.refused(refreshes.refreshAt(cluster.node(0), second.refresh()));
        deadOnBoth(third);
    }

    @RepeatedTest(3)
    void within_the_leeway_all_over_both_get_one_successor() throws Exception {
        realm.clientAttribute(Refreshes.CLIENT, Refreshes.LEEWAY, "30");
        Pair first = refreshes.signIn();
        List<Answer> answers = twentyOverBoth(first.refresh());
        assertThat(answers.stream().map(Answer::status)).containsOnly(200);
        assertThat(answers.stream().map(answer -> Pair.of(answer).refresh()).collect(Collectors.toSet()))
                .hasSize(1);
        Pair.of(refreshes.refreshAt(cluster.node(1), Pair.of(answers.get(0)).refresh()));
    }
}
