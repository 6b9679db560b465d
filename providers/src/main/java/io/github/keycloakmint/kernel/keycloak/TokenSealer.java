package io.github.keycloakmint.kernel.keycloak;

import java.io.IOException;
import org.keycloak.TokenCategory;
import org.keycloak.crypto.Algorithm;
import org.keycloak.models.KeycloakSession;
import org.keycloak.protocol.oidc.token.TokenPostProcessor;
import org.keycloak.protocol.oidc.token.TokenPostProcessorContext;
import org.keycloak.representations.AccessToken;
import org.keycloak.util.JsonSerialization;

/** Seals every HS256 access token that the server hands out, ours and Keycloak's own alike (T1). */
final class TokenSealer implements TokenPostProcessor {

    private final KeycloakSession session;

    TokenSealer(KeycloakSession session) {
        this.session = session;
    }

    @Override
    public void process(TokenPostProcessorContext context) {
        AccessToken token = context.accessToken();
        if (token == null
                || !session.tokens().signatureAlgorithm(TokenCategory.ACCESS).equals(Algorithm.HS256)) {
            return;
        }
        try {
            byte[] key = DerivedKeys.active(session, session.getContext().getRealm(), DerivedKeys.Kind.TOKEN_SEAL);
            // the encoder uses the same serialiser (JWSBuilder.jsonContent), so these are the bytes that get signed
            token.id(TokenSeal.seal(key, token.getId(), JsonSerialization.writeValueAsBytes(token)));
        } catch (IOException e) {
            throw new IllegalStateException("An access token can't be written as JSON", e);
        }
    }
}
