package io.github.keycloakmint.kernel.keycloak;

import java.util.function.Predicate;
import java.util.stream.Stream;
import org.keycloak.authentication.authenticators.client.ClientIdAndSecretAuthenticator;
import org.keycloak.authentication.authenticators.client.JWTClientSecretAuthenticator;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.protocol.oidc.OIDCClientSecretConfigWrapper;

/** The secrets that a client may prove itself with. */
public final class ClientSecrets {

    private ClientSecrets() {}

    /**
     * True when every secret that Keycloak accepts from the client now passes {@code test}: the current one, resolved where
     * it lives in a vault, and a rotated one that has not expired. True as well for clients that use a key instead.
     */
    public static boolean all(KeycloakSession session, ClientModel client, Predicate<String> test) {
        String authenticator = client.getClientAuthenticatorType();
        if (!ClientIdAndSecretAuthenticator.PROVIDER_ID.equals(authenticator)
                && !JWTClientSecretAuthenticator.PROVIDER_ID.equals(authenticator)) {
            return true;
        }
        OIDCClientSecretConfigWrapper secrets = OIDCClientSecretConfigWrapper.fromClientModel(client);
        Stream<String> rotated = secrets.hasRotatedSecret() && !secrets.isClientRotatedSecretExpired()
                ? Stream.ofNullable(secrets.getClientRotatedSecret(session, true))
                : Stream.empty();
        return Stream.concat(current(session, client), rotated).allMatch(test)
                && current(session, client).findAny().isPresent();
    }

    private static Stream<String> current(KeycloakSession session, ClientModel client) {
        return Stream.ofNullable(client.getSecret())
                .map(secret -> session.vault().getStringSecret(secret).get().orElse(secret));
    }
}
