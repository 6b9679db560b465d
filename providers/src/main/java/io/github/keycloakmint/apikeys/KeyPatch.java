package io.github.keycloakmint.apikeys;

import io.github.keycloakmint.kernel.http.Members;
import io.github.keycloakmint.kernel.http.Refusal;
import io.github.keycloakmint.kernel.limits.Buckets;
import java.util.List;
import java.util.Optional;

/** What {@code PATCH /api/api-keys/{id}} changes: members that are there. Null takes away what a key can be without. */
record KeyPatch(
        Optional<String> name,
        Optional<List<String>> permissions,
        Change<Long> expiresAt,
        Change<List<String>> allowedIps,
        Change<Buckets.Rate> rate,
        Optional<Boolean> enabled) {

    /** @param value empty: none from now on, where {@code given} */
    record Change<T>(boolean given, Optional<T> value) {}

    static KeyPatch of(Members body, long now) {
        KeyPatch patch = new KeyPatch(
                body.has("name") ? Optional.of(KeyInput.name(body.text("name"))) : Optional.empty(),
                KeyInput.permissions(body),
                new Change<>(body.has("expires_at"), KeyInput.expiresAt(body, now)),
                new Change<>(body.has("allowed_ips"), KeyInput.allowedIps(body)),
                new Change<>(body.has("rate_limit"), KeyInput.rate(body)),
                body.optionalFlag("enabled"));
        if (patch.enabled().isEmpty() && patch.onlySwitches()) {
            throw Refusal.badInput(
                    "One of `name`, `permissions`, `expires_at`, `allowed_ips`, `rate_limit` and `enabled` is required",
                    "nothing_to_change");
        }
        return patch;
    }

    /** True where nothing but {@code enabled} is changed. */
    boolean onlySwitches() {
        return name.isEmpty() && permissions.isEmpty() && !expiresAt.given() && !allowedIps.given() && !rate.given();
    }
}
