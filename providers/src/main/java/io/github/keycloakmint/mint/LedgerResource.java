package io.github.keycloakmint.mint;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.github.keycloakmint.kernel.EmailAddress;
import io.github.keycloakmint.kernel.http.Exchange;
import io.github.keycloakmint.kernel.http.Fault;
import io.github.keycloakmint.kernel.http.Members;
import io.github.keycloakmint.kernel.http.Query;
import io.github.keycloakmint.kernel.http.Refusal;
import io.github.keycloakmint.kernel.http.Reply;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.keycloak.common.util.Time;
import org.keycloak.events.admin.OperationType;

/** The ledger's admin doors. */
final class LedgerResource {

    private static final Pattern JTI = Pattern.compile("[A-Za-z0-9:._-]{1,128}");
    private static final int PAGE = 100;
    private static final int LONGEST_TARGET = 255;
    private static final int LARGEST_PAGE = 1_000;

    private record Mints(List<Mint> mints) {}

    private record Mint(
            String jti,
            @Nullable String email,
            @JsonProperty("user_id") String userId,
            String caller,
            @Nullable String reason,
            @JsonProperty("issued_at") long issuedAt,
            @JsonProperty("expires_at") long expiresAt,
            @JsonProperty("revoked_at") @Nullable Long revokedAt) {

        static Mint of(LedgerEntry entry, Map<String, Long> withdrawn) {
            return new Mint(
                    entry.jti,
                    entry.email,
                    entry.userId,
                    entry.caller,
                    entry.reason,
                    entry.issuedAt,
                    entry.expiresAt,
                    entry.revokedAt != null ? entry.revokedAt : withdrawn.get(entry.jti));
        }
    }

    /** {@code GET …/mint/mints}: newest first; needs {@code view-events}. */
    Reply list(Exchange call) {
        call.admin().requireViewEvents();
        Query query = call.query();
        Ledger.Search search = new Ledger.Search(
                query.text("email").map(EmailAddress::of),
                query.text("caller"),
                query.flag("active"),
                query.integer("first", 0, 0, Integer.MAX_VALUE),
                query.integer("max", PAGE, 1, LARGEST_PAGE));
        List<LedgerEntry> found = new Ledger(call.session(), call.realm()).search(search);
        Map<String, Long> withdrawn = new Watermarks(call.session(), call.realm()).madeAt(found);
        return Reply.ok(
                new Mints(found.stream().map(entry -> Mint.of(entry, withdrawn)).toList()));
    }

    /** {@code DELETE …/mint/mints/{jti}}: the token is dead when this answers; needs {@code manage-users}. */
    Reply revoke(Exchange call) {
        call.admin().requireManageUsers();
        Ledger ledger = new Ledger(call.session(), call.realm());
        LedgerEntry entry = Optional.of(call.path("jti"))
                .filter(jti -> JTI.matcher(jti).matches())
                .flatMap(ledger::find)
                .orElseThrow(() -> Refusal.of(Fault.NOT_FOUND, "unknown_jti"));
        ledger.revoke(entry);
        call.record().put("jti", entry.jti);
        call.admin()
                .leaveEvent(
                        call.session(), OperationType.DELETE, "MINT", Map.of("jti", entry.jti, "user", entry.userId));
        return Reply.noContent();
    }

    /**
     * {@code POST …/mint/mints/revoke}: withdraws everything minted before a moment (seconds since the epoch; none: now) by
     * one caller, for one user, or in the realm; needs {@code manage-users}. The second that runs counts as before now, so
     * that nothing minted up to this call is left.
     */
    Reply revokeAll(Exchange call) {
        call.admin().requireManageUsers();
        Members body = call.json();
        Optional<String> caller = body.optionalText("caller");
        Optional<String> userId = body.optionalText("user_id");
        Optional<Long> before = body.optionalInteger("before");
        // an empty name is a mistake (an unset variable of a script), not the whole realm
        if ((body.has("caller") && caller.isEmpty()) || (body.has("user_id") && userId.isEmpty())) {
            throw Refusal.badInput("`caller` and `user_id` must not be empty", "empty_target");
        }
        if (caller.isPresent() && userId.isPresent()) {
            throw Refusal.badInput("Either `caller` or `user_id`, not both", "two_targets");
        }
        if (caller.isEmpty() && userId.isEmpty() && before.isEmpty()) {
            throw Refusal.badInput("One of `caller`, `user_id` and `before` is required", "no_target");
        }
        if (Stream.concat(caller.stream(), userId.stream()).anyMatch(target -> target.length() > LONGEST_TARGET)) {
            throw Refusal.badInput("The target is too long", "long_target");
        }
        long end = Time.currentTimeSeconds() + 1;
        if (before.isPresent() && (before.get() < 1 || before.get() > end)) {
            throw Refusal.badInput("`before` must be a time in seconds that is not in the future", "malformed_before");
        }
        new Watermarks(call.session(), call.realm()).raise(caller, userId, before.orElse(end));
        Map<String, Object> revoked = new LinkedHashMap<>();
        caller.ifPresent(value -> revoked.put("caller", value));
        userId.ifPresent(value -> revoked.put("user_id", value));
        revoked.put("before", before.orElse(end));
        call.admin().leaveEvent(call.session(), OperationType.ACTION, "MINT", revoked);
        return Reply.ok(revoked);
    }
}
