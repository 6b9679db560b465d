package io.github.keycloakmint.external;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.keycloakmint.testbed.Answer;
import io.github.keycloakmint.testbed.TestRealm;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/** Many calls at one moment. No lost user, no second one, and never a 5xx. */
class ExternalCrowdIT {

    private static TestRealm realm;
    private static External external;
    private static ExecutorService threads;

    @BeforeAll
    static void start() {
        realm = TestRealm.create();
        external = new External(realm);
        threads = Executors.newFixedThreadPool(60);
    }

    @AfterAll
    static void stop() {
        threads.shutdownNow();
        realm.close();
    }

    private static List<Answer> atOnce(int count, IntFunction<String> jwt) throws Exception {
        List<Callable<Answer>> calls = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String userJwt = jwt.apply(i);
            calls.add(() -> external.verify(userJwt));
        }
        List<Answer> answers = new ArrayList<>();
        for (Future<Answer> answer : threads.invokeAll(calls)) {
            answers.add(answer.get());
        }
        return answers;
    }

    private static void assertStatuses(List<Answer> answers, Integer... statuses) {
        for (Answer answer : answers) {
            assertThat(answer.status()).as(answer.body()).isIn((Object[]) statuses);
        }
    }

    private static Set<String> userIds(List<Answer> answers) {
        return answers.stream()
                .filter(answer -> answer.status() == 200)
                .map(answer -> answer.json().path("user").path("id").asText())
                .collect(Collectors.toSet());
    }

    private static int users() {
        return realm.get("/users/count").expect(200).json().intValue();
    }

    /** Again and again: what can go wrong takes two calls between the same two queries of a third. */
    @RepeatedTest(4)
    void two_hundred_first_calls_of_one_foreign_user_make_one_user() throws Exception {
        String id = External.freshId();
        int before = users();
        List<Answer> answers = atOnce(
                200,
                i -> External.sign(External.claims(id, claims -> claims.putObject("userData")
                        .put("email", id + "@external.example")
                        .put("username", id)
                        .put("name", "Jane Doe"))));
        assertStatuses(answers, 200);
        assertThat(userIds(answers)).hasSize(1);
        assertThat(users()).isEqualTo(before + 1);
        String userId = userIds(answers).iterator().next();
        assertThat(realm.get("/users/" + userId + "/federated-identity").json()).hasSize(1);
        JsonNode attributes = realm.user(userId).path("attributes");
        attributes.forEach(values -> assertThat(values).hasSize(1));
        // and a later call finds them all in order
        external.verify(External.sign(External.claims(id))).expect(200);
    }

    @Test
    void fifty_foreign_users_with_one_email_are_one_user_and_conflicts() throws Exception {
        String email = External.freshId() + "@external.example";
        int before = users();
        List<Answer> answers = atOnce(
                50,
                i -> External.sign(External.claims(
                        External.freshId(), claims -> claims.put("email", email).put("email_verified", true))));
        assertStatuses(answers, 200, 409);
        assertThat(answers.stream().filter(answer -> answer.status() == 200)).hasSize(1);
        assertThat(users()).isEqualTo(before + 1);
    }

    @Test
    void fifty_foreign_users_who_would_take_over_one_account_are_one_and_conflicts() throws Exception {
        String email = External.freshId() + "@local.example";
        String account = realm.createUser(email, user -> {});
        List<Answer> answers = atOnce(
                50,
                i -> External.sign(External.claims(
                        External.freshId(), claims -> claims.put("email", email).put("email_verified", true))));
        assertStatuses(answers, 200, 409);
        assertThat(userIds(answers)).containsExactly(account);
        assertThat(realm.get("/users/" + account + "/federated-identity").json())
                .hasSize(1);
        assertThat(answers.stream().filter(answer -> answer.status() == 200)).hasSize(1);
    }

    @Test
    void fifty_foreign_users_with_one_username_are_one_at_the_most() throws Exception {
        String name = External.freshId();
        List<Answer> answers = atOnce(
                50,
                i -> External.sign(External.claims(External.freshId(), claims -> claims.putObject("userData")
                        .put("username", name))));
        assertStatuses(answers, 200, 409);
        assertThat(answers.stream().filter(answer -> answer.status() == 200)).hasSizeLessThanOrEqualTo(1);
        assertThat(realm.get("/users?q=foreignUsername:" + name)
                        .expect(200)
                        .json()
                        .size())
                .isLessThanOrEqualTo(1);
    }

    @Test
    void a_hundred_updates_of_one_user_all_pass_and_one_of_them_stands() throws Exception {
        String id = External.freshId();
        external.signedIn(External.sign(External.claims(id)));
        List<Answer> answers = atOnce(
                100,
                i -> External.sign(External.claims(id, claims -> claims.putObject("userData")
                        .put("bio", "b" + i % 7)
                        .put("name", "N" + i % 7))));
        assertStatuses(answers, 200);
        assertThat(userIds(answers)).hasSize(1);
        JsonNode user = external.signedIn(External.sign(External.claims(id))).path("user");
        assertThat(user.path("bio").asText().substring(1))
                .isEqualTo(user.path("name").asText().substring(1));
    }
}
