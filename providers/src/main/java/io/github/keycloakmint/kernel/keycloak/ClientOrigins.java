package io.github.keycloakmint.kernel.keycloak;

import java.util.Set;
import java.util.stream.Collectors;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.protocol.oidc.utils.WebOriginsUtils;

/** A client's web origins as its admin set them, {@code +} (those of its redirect addresses) resolved. */
public final class ClientOrigins {

    private ClientOrigins() {}

    /** Without {@code *}: where tokens and cookies are handed out it counts as none (T26). */
    public static Set<String> of(KeycloakSession session, ClientModel client) {
        return WebOriginsUtils.resolveValidWebOrigins(session, client).stream()
                .filter(origin -> !origin.equals("*"))
                .collect(Collectors.toUnmodifiableSet());
    }
}
