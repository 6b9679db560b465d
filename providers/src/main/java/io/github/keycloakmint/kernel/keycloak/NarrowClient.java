package io.github.keycloakmint.kernel.keycloak;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.keycloak.models.ClientModel;
import org.keycloak.models.RealmModel;
import org.keycloak.models.RoleModel;
import org.keycloak.models.utils.RoleUtils;
import org.keycloak.utils.KeycloakSessionUtil;

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
        return powerfulOne(reachable).or(() -> ownRoles(client)).map(role -> "it has scope for role " + role);
    }

    /** A client always has scope for its own roles, whatever they are composed of. */
    private static Optional<String> ownRoles(ClientModel client) {
        String key = client.getRealm().getId() + '|' + client.getId();
        Optional<String> known = OWN_ROLES.getIfPresent(key);
        if (known == null) {
            known = aside(client);
            OWN_ROLES.put(key, known);
        }
        return known;
    }

    /**
     * No query in the cache's loader, where others would wait under its lock; and in a transaction of its own, so that the
     * request holds no connection when its own work needs one. Only the role's name leaves it.
     */
    private static Optional<String> aside(ClientModel client) {
        String realmId = client.getRealm().getId();
        String clientId = client.getId();
        return FreshTransaction.run(KeycloakSessionUtil.getKeycloakSession(), fresh -> {
            RealmModel realm = fresh.realms().getRealm(realmId);
            @Nullable ClientModel same = realm == null ? null : fresh.clients().getClientById(realm, clientId);
            // made or removed by a transaction beside this one: not known to be narrow
            return same == null
                    ? Optional.of("any, as the client is not stored")
                    : powerfulOne(same.getRolesStream().collect(Collectors.toSet()));
        });
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
