package io.github.keycloakmint.kernel.keycloak;

import java.util.Optional;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.protocol.oidc.OIDCAdvancedConfigWrapper;
import org.keycloak.representations.AccessToken;
import org.keycloak.representations.dpop.DPoP;
import org.keycloak.services.util.DPoPUtil;
import org.keycloak.services.util.MtlsHoKTokenUtil;

/**
 * Clients whose admin wants every token bound to a certificate (RFC 8705) or a key (RFC 9449). Keycloak's token endpoint
 * checks the proof of the key, and its mapper binds the token; the certificate is left to each grant
 * (OAuth2GrantTypeBase.checkAndBindMtlsHoKToken).
 */
public final class SenderConstraint {

    private SenderConstraint() {}

    /** False where the call shows nothing that a token of {@code client} could be bound to and its admin wants it bound. */
    public static boolean met(KeycloakSession session, ClientModel client) {
        OIDCAdvancedConfigWrapper config = OIDCAdvancedConfigWrapper.fromClientModel(client);
        boolean proven = session.getAttribute(DPoPUtil.DPOP_SESSION_ATTRIBUTE, DPoP.class) != null;
        return (!config.isUseDPoP() || proven)
                && (!config.isUseMtlsHokToken() || certificate(session, client).isPresent());
    }

    /** What binds a token to the certificate of the call, where {@code client}'s tokens are bound to one. */
    static Optional<AccessToken.Confirmation> certificate(KeycloakSession session, ClientModel client) {
        return OIDCAdvancedConfigWrapper.fromClientModel(client).isUseMtlsHokToken()
                ? Optional.ofNullable(MtlsHoKTokenUtil.bindTokenWithClientCertificate(
                        session.getContext().getHttpRequest(), session))
                : Optional.empty();
    }
}
