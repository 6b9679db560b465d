package io.github.keycloakmint.kernel.caller;

import io.github.keycloakmint.kernel.keycloak.Permission;
import java.util.List;
import java.util.Map;
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
 * @param version tells the secret that was shown from those before and after it, and says nothing of it; blank where none was
 */
public record ApiKey(
        String id,
        String name,
        UserModel subject,
        boolean ofAccount,
        ClientModel client,
        Optional<Account> account,
        Set<Permission> granted,
        Optional<Long> expiresAt,
        String version) {

    /** @param role that the owner has there now; of a key that an account owns always empty */
    public record Account(String id, String alias, Optional<String> role) {}

    /** As it is where the secret of that version was shown. */
    public ApiKey opened(String version) {
        return new ApiKey(id, name, subject, ofAccount, client, account, granted, expiresAt, version);
    }

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

    /** Who acts by it, where that is not its subject (RFC 8693 section 4.1), as its tokens say it too. */
    public Optional<Map<String, String>> actor() {
        return ofAccount ? Optional.of(Map.of("sub", id, "kind", "api_key")) : Optional.empty();
    }

    @Override
    public String toString() {
        return "ApiKey[" + id + "]";
    }
}
