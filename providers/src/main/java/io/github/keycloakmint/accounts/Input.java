package io.github.keycloakmint.accounts;

import io.github.keycloakmint.kernel.http.Exchange;
import io.github.keycloakmint.kernel.http.Members;
import io.github.keycloakmint.kernel.http.Query;
import io.github.keycloakmint.kernel.http.Refusal;
import io.github.keycloakmint.kernel.keycloak.AccountName;
import java.util.Optional;
import java.util.regex.Pattern;

/** What callers send to several of these endpoints. */
final class Input {

    private static final int PAGE = 100;
    private static final int LONGEST_ROLE = 255;

    /** Ids and aliases; what can't be one is not looked up, since some characters are an error to databases. */
    private static final Pattern NAME_IN_PATH = Pattern.compile("[^\\p{Cntrl}\\p{Cs}]{1,255}");

    private Input() {}

    /** @param max rows of the page, at most {@value #PAGE} */
    record Window(int first, int max) {
        static Window of(Exchange call) {
            Query query = call.query();
            return new Window(
                    query.integer("first", 0, 0, Integer.MAX_VALUE - PAGE), query.integer("max", PAGE, 1, PAGE));
        }
    }

    /** Empty for what is nobody's name. */
    static Optional<String> inPath(Exchange call, String placeholder) {
        return Optional.of(call.path(placeholder))
                .filter(name -> NAME_IN_PATH.matcher(name).matches());
    }

    static String role(String given) {
        return Optional.of(given)
                .filter(role -> role.length() <= LONGEST_ROLE)
                .orElseThrow(() -> Refusal.badInput("`role` is not a role of this account", "unknown_role"));
    }

    static String accountName(Members body) {
        return AccountName.parse(body.text("name"))
                .orElseThrow(() -> Refusal.badInput(
                        "`name` must be 1 to " + AccountName.LONGEST + " printable characters", "malformed_name"));
    }
}
