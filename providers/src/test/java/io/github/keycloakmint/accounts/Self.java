package io.github.keycloakmint.accounts;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.keycloakmint.testbed.Answer;
import io.github.keycloakmint.testbed.Http;
import io.github.keycloakmint.testbed.Json;
import io.github.keycloakmint.testbed.TestRealm;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/** Users of a realm as they look after their accounts, and the admin's view of what came of it. */
final class Self {

    static final String CLIENT = "cid_inbox_manager";
    static final String ORIGIN = "https://app.inbox-manager.com";

    private static final AtomicInteger USERS = new AtomicInteger();

    private final TestRealm realm;
    private final Map<String, String> tokens = new ConcurrentHashMap<>();

    Self(TestRealm realm) {
        this.realm = realm;
    }

    TestRealm realm() {
        return realm;
    }

    /** A user who is in no account; returns his email. */
    String user() {
        String email = "u" + USERS.incrementAndGet() + "@accounts.example";
        realm.createUser(email, user -> {});
        return email;
    }

    String id(String email) {
        return realm.userId(email);
    }

    /** His session's access token; the same one at each call. */
    String token(String email) {
        return tokens.computeIfAbsent(email, user -> realm.passwordToken(CLIENT, user, TestRealm.PASSWORD));
    }

    Http request(String email, String method, String path) {
        return Http.request(method, realm.url("/api" + path)).bearer(token(email));
    }

    Answer get(String email, String path) {
        return request(email, "GET", path).send();
    }

    Answer post(String email, String path, Object body) {
        return request(email, "POST", path).json(body).send();
    }

    Answer patch(String email, String path, Object body) {
        return request(email, "PATCH", path).json(body).send();
    }

    Answer delete(String email, String path) {
        return request(email, "DELETE", path).send();
    }

    /** A new account of {@code owner}; returns its id. */
    String account(String owner, String name) {
        return post(owner, "/accounts", Json.object("name", name))
                .expect(201)
                .json()
                .path("account_id")
                .asText();
    }

    /** A new user in an account, put there by an admin; returns his email. Null is for no role. */
    String member(String account, String role) {
        String email = user();
        join(account, email, role);
        return email;
    }

    void join(String account, String email, String role) {
        String id = id(email);
        realm.post(org(account) + "/members", Json.text(id)).expect(201);
        if (role != null) {
            realm.put(org(account) + "/groups/" + groupId(account, role) + "/members/" + id, "")
                    .expect(204);
        }
    }

    /** Names of the groups that a member has in an account, as Keycloak tells an admin. */
    List<String> groups(String account, String email) {
        List<String> names = new ArrayList<>();
        realm.get(org(account) + "/members/" + id(email) + "/groups")
                .expect(200)
                .json()
                .forEach(group -> names.add(group.path("name").asText()));
        return names;
    }

    boolean isMember(String account, String email) {
        return realm.get(org(account) + "/members/" + id(email)).status() == 200;
    }

    String groupId(String account, String name) {
        for (JsonNode group : realm.get(org(account) + "/groups").expect(200).json()) {
            if (group.path("name").asText().equals(name)) {
                return group.path("id").asText();
            }
        }
        throw new AssertionError("no group " + name);
    }

    JsonNode organization(String account) {
        return realm.get(org(account)).expect(200).json();
    }

    static String org(String account) {
        return "/organizations/" + account;
    }

    /** Organization of that alias. */
    String byAlias(String alias) {
        for (JsonNode organization :
                realm.get("/organizations?max=1000").expect(200).json()) {
            if (organization.path("alias").asText().equals(alias)) {
                return organization.path("id").asText();
            }
        }
        throw new AssertionError("no organization " + alias);
    }

    /** {@code {"error":…,"message":…}} and nothing else. */
    static void refused(Answer answer, int status, String error) {
        assertThat(answer.status()).as(answer.body()).isEqualTo(status);
        assertThat(answer.json().fieldNames()).toIterable().containsExactly("error", "message");
        assertThat(answer.json().path("error").asText()).isEqualTo(error);
        assertThat(answer.header("content-type")).contains("application/json");
        assertThat(answer.header("cache-control")).contains("no-store");
        assertThat(answer.body())
                .doesNotContainIgnoringCase("exception")
                .doesNotContain("io.github", "org.keycloak", "jackson");
    }

    /** All at the same moment. */
    static List<Answer> together(List<Callable<Answer>> calls) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(calls.size());
        CyclicBarrier start = new CyclicBarrier(calls.size());
        try {
            List<Future<Answer>> futures = new ArrayList<>();
            for (Callable<Answer> call : calls) {
                futures.add(threads.submit(() -> {
                    start.await();
                    return call.call();
                }));
            }
            List<Answer> answers = new ArrayList<>();
            for (Future<Answer> future : futures) {
                answers.add(future.get());
            }
            return answers;
        } finally {
            threads.shutdownNow();
        }
    }

    static long count(List<Answer> answers, int status) {
        return answers.stream().filter(answer -> answer.status() == status).count();
    }
}
