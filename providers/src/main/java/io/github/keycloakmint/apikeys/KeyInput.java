package io.github.keycloakmint.apikeys;

import io.github.keycloakmint.kernel.caller.AddressRanges;
import io.github.keycloakmint.kernel.http.Members;
import io.github.keycloakmint.kernel.http.Refusal;
import io.github.keycloakmint.kernel.keycloak.AccountName;
import io.github.keycloakmint.kernel.keycloak.Permission;
import io.github.keycloakmint.kernel.limits.Buckets;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** Members of bodies that make or change keys. */
final class KeyInput {

    static final int MOST_PERMISSIONS = 200;
    private static final int MOST_RANGES = 32;
    private static final long MOST_REQUESTS = 1_000_000;
    private static final long LONGEST_WINDOW = 86_400;
    /** The year 9999, beyond which dates have no four digits. */
    private static final long LAST_SECOND = 253_402_300_799L;

    /** Ids and aliases of accounts; what can't be one is not looked up. */
    private static final Pattern ACCOUNT = Pattern.compile("[^\\p{Cntrl}\\p{Cs}]{1,255}");

    private KeyInput() {}

    static String name(String given) {
        return AccountName.parse(given)
                .filter(name -> name.length() <= KeyRow.LONGEST_NAME)
                .orElseThrow(() -> Refusal.badInput(
                        "`name` must be 1 to " + KeyRow.LONGEST_NAME + " printable characters", "malformed_name"));
    }

    /** Sorted, each once. No wildcard of any kind: a key has what it names. */
    static Optional<List<String>> permissions(Members body) {
        return body.optionalTexts("permissions").map(given -> {
            if (given.size() > MOST_PERMISSIONS) {
                throw Refusal.badInput("`permissions` must be at most " + MOST_PERMISSIONS, "too_many_permissions");
            }
            if (!given.stream().allMatch(Permission::isName)) {
                throw unknownPermission();
            }
            return List.copyOf(new TreeSet<>(given));
        });
    }

    static Refusal unknownPermission() {
        return Refusal.badInput("`permissions` names one that is not known", "unknown_permission");
    }

    static Optional<String> account(Members body) {
        return body.optionalTextOrNull("account_id").map(KeyInput::account);
    }

    static String account(String given) {
        return Optional.of(given)
                .filter(account -> ACCOUNT.matcher(account).matches())
                .orElseThrow(() -> Refusal.badInput("`account_id` is no account's id", "malformed_account_id"));
    }

    /** Seconds since the epoch, later than {@code now}. Null is absent. */
    static Optional<Long> expiresAt(Members body, long now) {
        if (body.isNull("expires_at")) {
            return Optional.empty();
        }
        return body.optionalInteger("expires_at").map(at -> {
            if (at <= now || at > LAST_SECOND) {
                throw Refusal.badInput("`expires_at` must be a time in seconds in the future", "malformed_expires_at");
            }
            return at;
        });
    }

    /**
     * Addresses and ranges as they were given; null is absent. An empty list is refused: it could be read as nowhere and as
     * everywhere.
     */
    static Optional<List<String>> allowedIps(Members body) {
        if (body.isNull("allowed_ips")) {
            return Optional.empty();
        }
        return body.optionalTexts("allowed_ips").map(given -> {
            if (given.isEmpty() || given.size() > MOST_RANGES || !areRanges(given)) {
                throw Refusal.badInput(
                        "`allowed_ips` must be 1 to " + MOST_RANGES + " addresses or ranges", "malformed_allowed_ips");
            }
            return given;
        });
    }

    private static boolean areRanges(List<String> given) {
        if (given.stream().anyMatch(range -> !range.strip().equals(range) || range.length() > 60)) {
            return false;
        }
        try {
            AddressRanges.of(given);
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** {@code {requests, seconds}}; null is absent. */
    static Optional<Buckets.Rate> rate(Members body) {
        if (body.isNull("rate_limit")) {
            return Optional.empty();
        }
        return body.optionalObject("rate_limit").map(limit -> {
            long requests = limit.integer("requests");
            long seconds = limit.integer("seconds");
            if (requests < 1 || requests > MOST_REQUESTS || seconds < 1 || seconds > LONGEST_WINDOW) {
                throw Refusal.badInput(
                        "`rate_limit` must be 1 to " + MOST_REQUESTS + " requests in 1 to " + LONGEST_WINDOW
                                + " seconds",
                        "malformed_rate_limit");
            }
            return new Buckets.Rate(requests, seconds);
        });
    }
}
