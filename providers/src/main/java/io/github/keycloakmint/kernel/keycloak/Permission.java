package io.github.keycloakmint.kernel.keycloak;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.keycloak.models.ClientModel;
import org.keycloak.models.RoleModel;
import org.keycloak.models.utils.RoleUtils;

/**
 * A role of a client that is marked {@code mint.permissions=true} (T7): a role of that name of another client is another
 * permission.
 *
 * @param clientId Keycloak's own id of the client, which no other client gets when it is gone
 * @param name of the role
 */
public record Permission(String clientId, String name) implements Comparable<Permission> {

    /** A word, or a word of a word: no wildcard, no blank, no comma, nothing beyond ASCII (T36). */
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,64}(:[A-Za-z0-9._-]{1,64})?");

    private static final Comparator<Permission> ORDER =
            Comparator.comparing(Permission::name).thenComparing(Permission::clientId);

    @Override
    public int compareTo(Permission other) {
        return ORDER.compare(this, other);
    }

    /** True for what a permission can be called by callers and proxies; a role of another name is none of theirs. */
    public static boolean isName(String text) {
        return NAME.matcher(text).matches();
    }

    /** The role's names as answers have them: sorted, each once. */
    public static List<String> names(Collection<Permission> permissions) {
        return permissions.stream().map(Permission::name).distinct().sorted().toList();
    }

    /** Those that {@code roles} and what they are composed of are, of clients that are {@code counted}. */
    static Set<Permission> among(Stream<RoleModel> roles, Predicate<ClientModel> counted) {
        return RoleUtils.expandCompositeRoles(roles.collect(Collectors.toSet())).stream()
                .flatMap(role -> role.getContainer() instanceof ClientModel client
                                && PermissionClients.contains(client)
                                && counted.test(client)
                        ? Stream.of(new Permission(client.getId(), role.getName()))
                        : Stream.empty())
                .collect(Collectors.toUnmodifiableSet());
    }
}
