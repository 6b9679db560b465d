package io.github.keycloakmint.ratelimit;

import io.github.keycloakmint.kernel.limits.Limiter;
import io.github.keycloakmint.testbed.Http;
import io.github.keycloakmint.testbed.Json;
import io.github.keycloakmint.testbed.TestRealm;
import java.net.URI;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;

/** A call for each limit, by endpoint: one that is counted, whatever becomes of it. */
final class ShippedCalls {

    /** Endpoints that have no limit as shipped, and take one by address. */
    static final Set<String> WITHOUT = Set.of("csrf", "sign-out", "verify", "me", "jwks");

    /** Limits by target of those need the token of a mail or of a foreign issuer, and are not asked over HTTP here. */
    static final Set<String> BY_FOREIGN_TOKENS = Set.of("password-reset-verify", "verify-external-user", "google");

    private static final String APP = "cid_inbox_manager";

    private ShippedCalls() {}

    static Map<String, Supplier<Http>> of(TestRealm realm, Limiter.Kind kind) {
        return of(realm::url, () -> realm.passwordToken(APP, "john@example.com", TestRealm.PASSWORD), kind);
    }

    private static Map<String, Supplier<Http>> of(
            Function<String, URI> url, Supplier<String> session, Limiter.Kind kind) {
        return switch (kind) {
            case ADDRESS -> byAddress(url);
            case FAILURE -> byFailure(url);
            case TARGET -> byTarget(url, session.get());
            default -> Map.of();
        };
    }

    /** Names alone, without a realm to call. */
    static Set<String> names(Limiter.Kind kind) {
        return of(name -> URI.create("http://localhost"), () -> "", kind).keySet();
    }

    private static Map<String, Supplier<Http>> byAddress(Function<String, URI> url) {
        Map<String, Supplier<Http>> calls = new TreeMap<>();
        Map.ofEntries(
                        Map.entry("sign-in", "/auth/sign-in"),
                        Map.entry("sign-up", "/auth/sign-up"),
                        Map.entry("sign-out", "/auth/sign-out"),
                        Map.entry("refresh", "/auth/refresh"),
                        Map.entry("password-reset", "/auth/password-reset"),
                        Map.entry("password-reset-verify", "/auth/password-reset/verify"),
                        Map.entry("verify-email", "/auth/verify-email"),
                        Map.entry("verify-email-resend", "/auth/verify-email/resend"),
                        Map.entry("change-password", "/auth/change-password"),
                        Map.entry("verify-external-user", "/auth/verify-external-user"),
                        Map.entry("request-new-access-token", "/auth/request-new-access-token"),
                        Map.entry("google", "/auth/google"))
                .forEach((name, path) ->
                        calls.put(name, () -> Http.post(url.apply(path)).json("{}")));
        Map.of(
                        "csrf", "/auth/csrf",
                        "verify", "/api/auth/verify",
                        "me", "/api/auth/me",
                        "jwks", "/.well-known/jwks.json")
                .forEach((name, path) -> calls.put(name, () -> Http.get(url.apply(path))));
        Map.of(
                        "keycloak-token", "/protocol/openid-connect/token",
                        "keycloak-login", "/login-actions/authenticate",
                        "keycloak-reset", "/login-actions/reset-credentials")
                .forEach((name, path) ->
                        calls.put(name, () -> Http.post(url.apply(path)).form(Map.of("x", "y"))));
        calls.put("keycloak-password-grant", () -> Http.post(url.apply("/protocol/openid-connect/token"))
                .form(Map.of("grant_type", "password", "client_id", APP, "username", "x", "password", "y")));
        return calls;
    }

    private static Map<String, Supplier<Http>> byFailure(Function<String, URI> url) {
        Map<String, Supplier<Http>> calls = new TreeMap<>();
        Map.of(
                        "account-token", "/api/accounts/acme/token",
                        "accounts", "/api/accounts",
                        "account-invitations", "/api/accounts/acme/invitations",
                        "api-keys", "/api/api-keys",
                        "change-password", "/auth/change-password",
                        "embed-ticket", "/api/auth/embed-ticket")
                .forEach((name, path) -> calls.put(
                        name, () -> Http.post(url.apply(path)).bearer("x").json("{}")));
        calls.put("account-members", () -> Http.get(url.apply("/api/accounts/acme/members"))
                .bearer("x"));
        calls.put("cookie", () -> Http.post(url.apply("/api/auth/cookie"))
                .header("Origin", "http://localhost:3000")
                .bearer("x")
                .json("{}"));
        calls.put("token-for-email", () -> Http.post(url.apply("/api/auth/token-for-email"))
                .header("X-Tribe-Service-Secret", "-")
                .json("{}"));
        return calls;
    }

    private static Map<String, Supplier<Http>> byTarget(Function<String, URI> url, String session) {
        Map<String, Supplier<Http>> calls = new TreeMap<>();
        Map.of(
                        "sign-in", "/auth/sign-in",
                        "sign-up", "/auth/sign-up",
                        "password-reset", "/auth/password-reset",
                        "verify-email-resend", "/auth/verify-email/resend")
                .forEach((name, path) -> calls.put(name, () -> Http.post(url.apply(path))
                        .json(Json.object(
                                "client_id", APP, "email", "x@example.com", "password", "wrong-1", "name", "X Y"))));
        calls.put("change-password", () -> Http.post(url.apply("/auth/change-password"))
                .bearer(session)
                .json(Json.object("current_password", "wrong-1", "new_password", "wrong-2")));
        return calls;
    }
}
