package io.github.keycloakmint.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.keycloakmint.testbed.Answer;
import io.github.keycloakmint.testbed.Http;
import io.github.keycloakmint.testbed.Json;
import io.github.keycloakmint.testbed.TestRealm;
import java.net.URI;
import java.util.Optional;

/** Somebody who calls often, with a refresh token that is none: nothing costs the server less. */
final class Caller {

    static final String BODY = "{\"refresh_token\":\"x\"}";

    private Caller() {}

    static Answer refresh(URI uri, Optional<String> forwardedFor) {
        Http call = Http.post(uri);
        forwardedFor.ifPresent(address -> call.header("X-Forwarded-For", address));
        return call.json(BODY).send();
    }

    static Answer refresh(TestRealm realm) {
        return refresh(realm.url("/auth/refresh"), Optional.empty());
    }

    /** Calls that were heard, of {@code calls}. */
    static int heard(TestRealm realm, int calls) {
        int heard = 0;
        for (int i = 0; i < calls; i++) {
            heard += refresh(realm).status() == 401 ? 1 : 0;
        }
        return heard;
    }

    /** 429 in the plain shape, with all three headers. */
    static void limited(Answer answer, String kind, String rate) {
        assertThat(answer.status()).as(answer.body()).isEqualTo(429);
        assertThat(answer.json()).isEqualTo(Json.object("error", "too_many_requests", "message", "Too many requests"));
        headers(answer, kind, rate);
    }

    static void headers(Answer answer, String kind, String rate) {
        String[] numbers = rate.split("/");
        assertThat(answer.header("retry-after").orElseThrow()).matches("[1-9]\\d*");
        assertThat(answer.header("ratelimit-policy")).contains('"' + kind + "\";q=" + numbers[0] + ";w=" + numbers[1]);
        assertThat(answer.header("ratelimit").orElseThrow()).matches('"' + kind + "\";r=0;t=[1-9]\\d*");
        assertThat(answer.headers("cache-control")).hasSize(1).allMatch(value -> value.startsWith("no-store"));
    }
}
