package io.github.keycloakmint.apikeys;

import io.github.keycloakmint.kernel.http.Members;
import io.github.keycloakmint.kernel.http.Refusal;
import io.github.keycloakmint.kernel.limits.Buckets;
import java.util.List;
import java.util.Optional;

/** What {@code POST /api/api-keys} asks for. */
record NewKey(
        String name,
        List<String> permissions,
        boolean ofAccount,
        Optional<String> account,
        Optional<Long> expiresAt,
        Optional<List<String>> allowedIps,
        Optional<Buckets.Rate> rate) {

    static NewKey of(Members body, long now) {
        String name = KeyInput.name(body.text("name"));
        List<String> permissions = KeyInput.permissions(body)
                .orElseThrow(() -> Refusal.badInput("`permissions` is required", "missing_permissions"));
        boolean ofAccount = ofAccount(body.optionalText("owner").orElse("user"));
        Optional<String> account = KeyInput.account(body);
        if (ofAccount && account.isEmpty()) {
            throw Refusal.badInput("`account_id` is required for a key of an account", "missing_account_id");
        }
        return new NewKey(
                name,
                permissions,
                ofAccount,
                account,
                KeyInput.expiresAt(body, now),
                KeyInput.allowedIps(body),
                KeyInput.rate(body));
    }

    private static boolean ofAccount(String owner) {
        return switch (owner) {
            case "user" -> false;
            case "account" -> true;
            default -> throw Refusal.badInput("`owner` must be user or account", "malformed_owner");
        };
    }
}
