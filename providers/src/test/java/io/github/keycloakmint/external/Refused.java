package io.github.keycloakmint.external;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.keycloakmint.testbed.Answer;

/** What every refusal of this room has to look like. */
final class Refused {

    private Refused() {}

    /** {@code {"error":…,"code":…}} and nothing else. */
    static void with(Answer answer, int status, String code) {
        with(answer, status, code, "");
    }

    /** @param what of the test, for its failure */
    static void with(Answer answer, int status, String code, String what) {
        plain(answer, status, what);
        assertThat(answer.json().fieldNames()).toIterable().as(what).containsExactly("error", "code");
        assertThat(answer.json().path("code").asText()).as(what).isEqualTo(code);
        assertThat(answer.json().path("error").asText()).as(what).isNotBlank();
    }

    /** {@code {"error":…,"message":…}}, as sign-in and the admin's endpoints answer. */
    static void plainly(Answer answer, int status, String error) {
        plain(answer, status, "");
        assertThat(answer.json().fieldNames()).toIterable().containsExactly("error", "message");
        assertThat(answer.json().path("error").asText()).isEqualTo(error);
    }

    private static void plain(Answer answer, int status, String what) {
        assertThat(answer.status()).as(what + " " + answer.body()).isEqualTo(status);
        assertThat(answer.header("content-type")).as(what).contains("application/json");
        assertThat(answer.header("cache-control")).as(what).contains("no-store");
        assertThat(answer.headers("set-cookie")).as(what).isEmpty();
        assertThat(answer.body())
                .as(what)
                .doesNotContainIgnoringCase("exception")
                .doesNotContain("io.github", "org.keycloak", "jackson");
    }
}
