package io.github.keycloakmint.ratelimit;

import io.github.keycloakmint.kernel.limits.Limiter.Kind;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The limits that a server has before anybody sets one (contract section 10). */
final class ShippedLimits {

    private static final Map<Rule, String> LIMITS = new LinkedHashMap<>();

    static {
        for (String asked : List.of("sign-in", "sign-up", "password-reset", "verify-email-resend")) {
            put(asked, Kind.ADDRESS, "50/300");
            put(asked, Kind.TARGET, "5/300");
        }
        // by the link of a mail: a target is a user whose token is already found good
        put("password-reset-verify", Kind.ADDRESS, "50/300");
        put("password-reset-verify", Kind.TARGET, "5/300");
        put("verify-email", Kind.ADDRESS, "50/300");
        put("change-password", Kind.ADDRESS, "50/300");
        put("change-password", Kind.TARGET, "5/300");
        put("refresh", Kind.ADDRESS, "50/300");
        put("request-new-access-token", Kind.ADDRESS, "50/300");
        for (String external : List.of("verify-external-user", "google")) {
            put(external, Kind.ADDRESS, "50/300");
            put(external, Kind.TARGET, "50/300");
        }
        put("token-for-email", Kind.CALLER, "600/60");
        for (String authenticated : List.of(
                "token-for-email",
                "change-password",
                "account-token",
                "accounts",
                "account-members",
                "account-invitations",
                "api-keys",
                "cookie",
                "embed-ticket")) {
            put(authenticated, Kind.FAILURE, "20/300");
        }
        put("mails", Kind.MAILS_ASKED, "200/3600");
        put("mails", Kind.MAILS_SENT, "5/3600");
        put("keycloak-token", Kind.ADDRESS, "6000/300");
        put("keycloak-password-grant", Kind.ADDRESS, "300/300");
        put("keycloak-login", Kind.ADDRESS, "300/300");
        put("keycloak-reset", Kind.ADDRESS, "50/300");
    }

    private ShippedLimits() {}

    private static void put(String capability, Kind kind, String rate) {
        LIMITS.put(Rule.of(capability, kind), rate);
    }

    static Map<Rule, String> all() {
        return Map.copyOf(LIMITS);
    }
}
