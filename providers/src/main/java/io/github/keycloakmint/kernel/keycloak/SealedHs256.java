package io.github.keycloakmint.kernel.keycloak;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.keycloak.common.VerificationException;
import org.keycloak.crypto.Algorithm;
import org.keycloak.crypto.MacSecretSignatureProvider;
import org.keycloak.crypto.ServerMacSignatureVerifierContext;
import org.keycloak.crypto.SignatureVerifierContext;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.protocol.oidc.OIDCConfigAttributes;
import org.keycloak.util.TokenUtil;

/**
 * Keycloak's HS256, with a condition on what the realm's own key verifies (T1). Every Keycloak endpoint picks key and
 * algorithm from the token's header, so in stock Keycloak whoever holds the HS256 key signs access, refresh, ID, action,
 * invitation and registration tokens and identity cookies. Here HS256 counts only for access tokens ({@code typ} Bearer)
 * of a client that is configured for HS256, with an unbroken {@link TokenSeal}.
 *
 * <p>Signers, and the verifier for a given key that identity brokers use, stay as they are.
 */
final class SealedHs256 extends MacSecretSignatureProvider {

    private static final Logger LOG = Logger.getLogger(SealedHs256.class);

    private final KeycloakSession session;

    SealedHs256(KeycloakSession session) {
        super(session, Algorithm.HS256);
        this.session = session;
    }

    @Override
    public SignatureVerifierContext verifier(String kid) throws VerificationException {
        return new ServerMacSignatureVerifierContext(session, kid, Algorithm.HS256) {
            @Override
            public boolean verify(byte[] data, byte[] signature) throws VerificationException {
                return super.verify(data, signature) && acceptable(data);
            }
        };
    }

    /** @param data {@code header.payload}, as it was signed */
    private boolean acceptable(byte[] data) {
        String signed = new String(data, StandardCharsets.US_ASCII);
        RealmModel realm = session.getContext().getRealm();
        Optional<JsonNode> claims = payload(signed)
                .flatMap(payload ->
                        TokenSeal.open(DerivedKeys.accepted(session, realm, DerivedKeys.Kind.TOKEN_SEAL), payload));
        return claims.isPresent()
                && TokenUtil.TOKEN_TYPE_BEARER.equals(claims.get().path("typ").asText())
                && configuredForHs256(realm, claims.get().path("azp").asText())
                && !withdrawn(claims.get());
    }

    /** Every endpoint of Keycloak's verifies here, so a mass revocation holds at all of them (T20). */
    private boolean withdrawn(JsonNode claims) {
        return BundleTokens.grant(session, claims.path("jti").asText())
                .map(grant -> grant.withdrawn(
                        session,
                        claims.path("azp").asText(),
                        claims.path("sub").asText(),
                        claims.path("iat").asLong()))
                .orElse(false);
    }

    private static Optional<byte[]> payload(String signed) {
        try {
            return Optional.of(Base64.getUrlDecoder().decode(signed.substring(signed.indexOf('.') + 1)));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static boolean configuredForHs256(RealmModel realm, String clientId) {
        ClientModel client = realm.getClientByClientId(clientId);
        boolean configured = client != null
                && Algorithm.HS256.equals(client.getAttribute(OIDCConfigAttributes.ACCESS_TOKEN_SIGNED_RESPONSE_ALG));
        if (client != null && !configured) {
            LOG.warnf(
                    "Client '%s' of realm '%s' got an HS256 token without being configured for HS256 (the realm's default"
                            + " algorithm?); its tokens are refused. Set the client's access token signature algorithm.",
                    clientId, realm.getName());
        }
        return configured;
    }
}
