package io.github.keycloakmint.gateway;

import io.github.keycloakmint.kernel.http.Fault;
import io.github.keycloakmint.kernel.http.Refusal;
import io.github.keycloakmint.kernel.http.TooManyPermissions;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The headers that tell an app who calls (T36). All of them, always: a proxy that copies a header which is not there leaves the
 * client's own in its place. Printable ASCII without blanks, quotes, commas and semicolons, so that no value is read as two.
 */
final class IdentityHeaders {

    private static final String PREFIX = "X-Auth-";

    private final Map<String, String> headers = new LinkedHashMap<>();

    private IdentityHeaders() {}

    /**
     * @param most bytes of all of them
     * @throws Refusal 403 for a user whose id no header can carry, and for more permissions than fit
     */
    static Map<String, String> of(Identity identity, Rights rights, Optional<String> jwt, int most) {
        IdentityHeaders made = new IdentityHeaders();
        made.put("User-Id", identity.user().getId());
        if (made.headers.containsValue("")) {
            throw Refusal.of(Fault.FORBIDDEN, "user_id_is_no_header");
        }
        made.put("Email", identity.email().orElse(null));
        made.put("Account-Id", rights.accountId().orElse(null));
        made.put("Role", rights.role().orElse(null));
        // each of them fits; the comma between them is the header's own
        made.headers.put(PREFIX + "Permissions", String.join(",", rights.permissions()));
        made.put("Jwt", jwt.orElse(null));
        made.limit(most);
        return made.headers;
    }

    /** A value that does not fit is as unknown: nobody is let in by an empty one. */
    private void put(String name, @Nullable String value) {
        headers.put(PREFIX + name, value == null || !fits(value) ? "" : value);
    }

    static boolean fits(String value) {
        return value.chars().allMatch(unit -> unit > 0x20 && unit < 0x7f && "\",;\\".indexOf(unit) < 0);
    }

    private void limit(int most) {
        int bytes = headers.entrySet().stream()
                .mapToInt(header -> header.getKey().length() + header.getValue().length() + ": \r\n".length())
                .sum();
        if (bytes > most) {
            throw TooManyPermissions.refusal("The answer would have " + bytes + " bytes of headers and at most " + most
                    + " fit; ask for one audience");
        }
    }
}
