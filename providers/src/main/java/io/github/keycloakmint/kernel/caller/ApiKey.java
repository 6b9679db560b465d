package io.github.keycloakmint.kernel.caller;

import io.github.keycloakmint.kernel.keycloak.Permission;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.keycloak.models.ClientModel;
import org.keycloak.models.UserModel;

/**
 * An API key (contract section 9) that is good now.
 *
 * @param id which is no secret
 * @param name that its owner gave it
 * @param subject its owner, or the hidden service user of the account that owns it
 * @param ofAccount true where an account owns it
 * @param client through which it was made; tokens at the bundle's own doors are for it
 * @param account that it is narrowed to or owned by
 * @param granted its own permissions, cut to what its owner has now and to what its client may ask for now
 * @param expiresAt seconds since the epoch; empty: never
 */
public record ApiKey(
        String id,
        String name,
        UserModel subject,
        boolean ofAccount,
        ClientModel client,
        Optional<Account> account,
        Set<Permission> granted,
        Optional<Long> expiresAt) {

    /** @param role that the owner has there now; of a key that an account owns always empty */
    public record Account(String id, String alias, Optional<String> role) {}

    /** What it may, by names. */
    public List<String> permissions() {
        return Permission.names(granted);
    }

    /** What it may at one audience (T7): a name of another client's role is another permission. */
    public List<String> permissions(ClientModel audience) {
        return Permission.names(granted.stream()
                .filter(permission -> permission.clientId().equals(audience.getId()))
                .toList());
    }

    @Override
    public String toString() {
        return "ApiKey[" + id + "]";
    }
}
