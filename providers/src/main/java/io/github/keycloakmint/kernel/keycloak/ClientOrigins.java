package io.github.keycloakmint.kernel.keycloak;

import java.util.Set;
import java.util.stream.Collectors;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.protocol.oidc.utils.WebOriginsUtils;

/** A client's web origins as its admin set them, {@code +} (those of its redirect addresses) resolved. */
public final class ClientOrigins {

    private ClientOrigins() {}

    /** For calls without cookies; {@code *} may be among them. */
    public static Set<String> of(KeycloakSession session, ClientModel client) {
        return Set.copyOf(WebOriginsUtils.resolveValidWebOrigins(session, client));
    }

    /** Without {@code *}, which counts as none where a cookie is read or set (T26). */
    public static Set<String> exact(KeycloakSession session, ClientModel client) {
        return exact(of(session, client));
    }

    /** Those of {@code origins} that name one. */
    public static Set<String> exact(Set<String> origins) {
        return origins.stream().filter(origin -> !origin.equals("*")).collect(Collectors.toUnmodifiableSet());
    }
}
