package io.github.keycloakmint.kernel.keycloak;

import com.fasterxml.jackson.databind.JsonNode;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.protocol.oidc.utils.JWKSServerUtils;
import org.keycloak.util.JsonSerialization;

/** The keys that a realm publishes. */
public final class PublicKeys {

    private PublicKeys() {}

    /** As Keycloak's own certs endpoint has them: enabled ones, passive ones included, symmetric ones never. */
    public static JsonNode of(KeycloakSession session, RealmModel realm) {
        return JsonSerialization.mapper.valueToTree(JWKSServerUtils.getRealmJwks(session, realm));
    }
}
