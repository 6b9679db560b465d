package io.github.keycloakmint.kernel.keycloak;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.keycloak.models.ClientModel;
import org.keycloak.models.RoleModel;
import org.keycloak.models.utils.RoleUtils;

/**
 * Keeps bundle tokens away from clients that could reach an administrator's power (T3): Keycloak's endpoints take the
 * user's live roles, cut only by what the client has scope for.
 */
public final class NarrowClient {

    private static final Set<String> POWERFUL = Set.of("realm-management", "account", "broker", "admin-cli");

    /**
     * Keycloak keeps no cache of a client's roles, and one query a mint is too many. A client that becomes too wide by its
     * own roles is seen after two seconds at most; tokens issued meanwhile still meet every other wall.
     */
    private static final Cache<String, Optional<String>> OWN_ROLES = Caffeine.newBuilder()
            .maximumSize(10_000)
            .expireAfterWrite(Duration.ofSeconds(2))
            .build();

    private NarrowClient() {}

    /**
     * What makes {@code client} too wide to issue a bundle token for, in words for the log; empty when it is narrow.
     * Optional client scopes count like default ones, since a caller may ask for them, and roles count with everything
     * that they are composed of.
     */
    public static Optional<String> objection(ClientModel client) {
        if (client.isFullScopeAllowed()) {
            return Optional.of("full scope is allowed");
        }
        Set<RoleModel> reachable = new HashSet<>();
        Stream.concat(
                        Stream.of(client),
                        Stream.concat(
                                client.getClientScopes(true).values().stream(),
                                client.getClientScopes(false).values().stream()))
                .flatMap(scope -> scope.getScopeMappingsStream())
                .forEach(reachable::add);
        return powerfulOne(reachable)
                .or(() -> OWN_ROLES.get(client.getRealm().getId() + '|' + client.getId(), key -> ownRoles(client)))
                .map(role -> "it has scope for role " + role);
    }

    /** A client always has scope for its own roles, whatever they are composed of. */
    private static Optional<String> ownRoles(ClientModel client) {
        return powerfulOne(client.getRolesStream().collect(Collectors.toSet()));
    }

    private static Optional<String> powerfulOne(Set<RoleModel> roles) {
        return RoleUtils.expandCompositeRoles(roles).stream()
                .filter(NarrowClient::powerful)
                .map(RoleModel::getName)
                .findFirst();
    }

    static boolean powerful(RoleModel role) {
        return role.getContainer() instanceof ClientModel owner
                && (POWERFUL.contains(owner.getClientId())
                        || owner.getClientId().endsWith("-realm"));
    }
}
