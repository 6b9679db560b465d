package io.github.keycloakmint.gateway;

import io.github.keycloakmint.kernel.http.Query;
import io.github.keycloakmint.kernel.http.Refusal;
import io.github.keycloakmint.kernel.keycloak.Permission;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

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

    private static final Set<String> NAMES = Set.of("permission", "any", "account", "audience");

    /** More in one address is nobody's rule. */
    private static final int MOST = 100;

    private static final int LONGEST = 255;

    Demand {
        all = List.copyOf(all);
        any = List.copyOf(any);
    }

    /** @throws Refusal for a query that can't be what was meant: a demand that is not understood is not met */
    static Demand of(Query query) {
        if (!NAMES.containsAll(query.names())) {
            // misspelt, it would ask for nothing and let everybody in
            throw Refusal.badInput("The query has more than " + new TreeSet<>(NAMES), "unknown_parameter");
        }
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

    boolean metBy(Collection<String> permissions) {
        return permissions.containsAll(all) && (any.isEmpty() || any.stream().anyMatch(permissions::contains));
    }

    private static List<String> permissions(String parameter, List<String> sent) {
        if (sent.size() > MOST || !sent.stream().allMatch(Permission::isName)) {
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
