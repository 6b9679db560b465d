package io.github.keycloakmint.gateway;

import io.github.keycloakmint.kernel.http.Query;
import io.github.keycloakmint.kernel.http.Refusal;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What a proxy asks of whoever calls.
 *
 * @param all permissions of which every one is needed
 * @param any permissions of which one is enough; empty: none is asked for
 * @param account by id or alias, in which the caller is to act
 * @param audience client id of the app behind the proxy: its permissions alone count, and the identity JWT is for it
 */
record Demand(List<String> all, List<String> any, Optional<String> account, Optional<String> audience) {

    static final Demand NOTHING = new Demand(List.of(), List.of(), Optional.empty(), Optional.empty());

    /** More in one address is nobody's rule. */
    private static final int MOST = 100;

    private static final int LONGEST = 255;

    private static final Pattern PERMISSION = Pattern.compile("[A-Za-z0-9._-]{1,64}(:[A-Za-z0-9._-]{1,64})?");

    Demand {
        all = List.copyOf(all);
        any = List.copyOf(any);
    }

    /** @throws Refusal for a query that can't be what was meant: a demand that is not understood is not met */
    static Demand of(Query query) {
        List<String> any = query.all("any");
        if (any.size() > 1) {
            throw Refusal.badInput("`any` was given twice", "duplicate_any");
        }
        return new Demand(
                permissions("permission", query.all("permission")),
                permissions(
                        "any",
                        any.stream()
                                .flatMap(list -> Arrays.stream(list.split(",", -1)))
                                .toList()),
                name(query, "account"),
                name(query, "audience"));
    }

    /**
     * The same, where the audience can't be the request's own: whoever makes somebody follow a link would choose for which app
     * this one gets a token. What else stands in a request's query can only ask for more, or for another account of the user's.
     */
    Demand unlessIts(OriginalRequest request) {
        if (audience.isPresent() && request.names("audience")) {
            throw Refusal.badInput("`audience` stands in the query of the request itself", "audience_of_request");
        }
        return this;
    }

    /** True for what can be a permission's name: no blank, no comma, nothing beyond ASCII (T36). */
    static boolean isPermission(String name) {
        return PERMISSION.matcher(name).matches();
    }

    boolean metBy(Collection<String> permissions) {
        return permissions.containsAll(all) && (any.isEmpty() || any.stream().anyMatch(permissions::contains));
    }

    private static List<String> permissions(String parameter, List<String> sent) {
        if (sent.size() > MOST || !sent.stream().allMatch(Demand::isPermission)) {
            throw Refusal.badInput("`" + parameter + "` must name permissions", "malformed_" + parameter);
        }
        return sent;
    }

    private static Optional<String> name(Query query, String parameter) {
        List<String> sent = query.all(parameter);
        if (sent.size() > 1 || sent.stream().anyMatch(name -> name.isBlank() || name.length() > LONGEST)) {
            throw Refusal.badInput("`" + parameter + "` must be one name", "malformed_" + parameter);
        }
        return sent.stream().findFirst();
    }
}
