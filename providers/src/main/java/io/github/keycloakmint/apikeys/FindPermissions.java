package io.github.keycloakmint.apikeys;

import io.github.keycloakmint.kernel.http.Fault;
import io.github.keycloakmint.kernel.http.Refusal;
import io.github.keycloakmint.kernel.keycloak.Entitlements;
import io.github.keycloakmint.kernel.keycloak.Permission;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.keycloak.models.UserModel;

/**
 * Finds what the names in a request stand for: the roles of those names that the caller has himself (T34), of clients that the
 * client he calls through may ask for. What another has under the same name, or he himself at a client that this one can't
 * reach, no key of his gets, whoever owns it.
 *
 * @param account that the key is to be narrowed to or owned by
 * @param reach Keycloak's ids of those clients
 */
record FindPermissions(Entitlements entitlements, UserModel caller, Optional<String> account, Set<String> reach) {

    /**
     * Every one that a name stands for, of which there may be several.
     *
     * @throws Refusal 400 for a name that is no permission of the realm, 403 for one that the caller can't give
     */
    Set<Permission> named(List<String> names) {
        Set<Permission> found = mayGive().stream()
                .filter(permission -> names.contains(permission.name()))
                .collect(Collectors.toUnmodifiableSet());
        Set<String> missing = new HashSet<>(names);
        missing.removeAll(Permission.names(found));
        if (!entitlements.exist(missing)) {
            throw KeyInput.unknownPermission();
        }
        if (!missing.isEmpty()) {
            throw beyond();
        }
        return found;
    }

    /** @throws Refusal 403 where one of {@code permissions} is none that the caller can give */
    void require(Set<Permission> permissions) {
        if (!mayGive().containsAll(permissions)) {
            throw beyond();
        }
    }

    private Set<Permission> mayGive() {
        Set<Permission> held = account.map(id -> entitlements
                        .in(caller, id)
                        .map(Entitlements.Held::granted)
                        .orElse(Set.of()))
                .orElseGet(() -> entitlements.direct(caller));
        return held.stream()
                .filter(permission -> reach.contains(permission.clientId()))
                .collect(Collectors.toUnmodifiableSet());
    }

    private static Refusal beyond() {
        return Refusal.of(Fault.FORBIDDEN, "permissions_beyond_the_callers");
    }
}
