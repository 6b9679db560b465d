package io.github.keycloakmint.kernel.http;

import java.util.Set;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;

/**
 * The web origins whose pages may call an endpoint in a realm. Asked for a preflight, when neither body nor caller is
 * known; the call itself is judged again, by the client that it turns out to be for.
 */
@FunctionalInterface
public interface AllowedOrigins {

    AllowedOrigins NONE = (session, realm) -> Set.of();

    /** Any page, for what everybody may read; its requests come without credentials. */
    AllowedOrigins ANY = (session, realm) -> Set.of("*");

    Set<String> of(KeycloakSession session, RealmModel realm);
}
