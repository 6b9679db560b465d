package io.github.keycloakmint.mint;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.github.keycloakmint.kernel.http.Exchange;
import io.github.keycloakmint.kernel.http.Fault;
import io.github.keycloakmint.kernel.http.Query;
import io.github.keycloakmint.kernel.http.Refusal;
import io.github.keycloakmint.kernel.http.Reply;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.keycloak.events.admin.OperationType;

/** The ledger's admin doors. */
final class LedgerResource {

    private static final Pattern JTI = Pattern.compile("[A-Za-z0-9:._-]{1,128}");
    private static final int PAGE = 100;
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

        static Mint of(LedgerEntry entry) {
            return new Mint(
                    entry.jti,
                    entry.email,
                    entry.userId,
                    entry.caller,
                    entry.reason,
                    entry.issuedAt,
                    entry.expiresAt,
                    entry.revokedAt);
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
        List<Mint> mints = new Ledger(call.session(), call.realm())
                .search(search).stream().map(Mint::of).toList();
        return Reply.ok(new Mints(mints));
    }

    /** {@code DELETE …/mint/mints/{jti}}: the token is dead when this answers; needs {@code manage-users}. */
    Reply revoke(Exchange call) {
        call.admin().requireManageUsers();
        Ledger ledger = new Ledger(call.session(), call.realm());
        LedgerEntry entry = ledger.find(call.path("jti")).orElseThrow(() -> Refusal.of(Fault.NOT_FOUND, "unknown_jti"));
        ledger.revoke(entry);
        call.record().put("jti", entry.jti);
        call.admin()
                .leaveEvent(
                        call.session(), OperationType.DELETE, "MINT", Map.of("jti", entry.jti, "user", entry.userId));
        return Reply.noContent();
    }
}
