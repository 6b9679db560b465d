package io.github.keycloakmint.gateway;

import io.github.keycloakmint.kernel.keycloak.Permission;
import java.util.List;
import java.util.Optional;

/**
 * What somebody is and may do now: in one account, or on the platform, never both (T7).
 *
 * @param permissions sorted; only names that a header and a query can carry
 */
record Rights(Optional<String> accountId, Optional<String> role, List<String> permissions) {

    static final Rights NONE = new Rights(Optional.empty(), Optional.empty(), List.of());

    Rights {
        // what nobody can ask for grants nothing
        permissions = permissions.stream().filter(Permission::isName).sorted().toList();
    }
}
