package io.github.keycloakmint.gateway;

import io.github.keycloakmint.kernel.http.Fault;
import io.github.keycloakmint.kernel.http.Refusal;
import io.github.keycloakmint.kernel.http.TooManyPermissions;
import io.github.keycloakmint.kernel.keycloak.PermissionLimit;
import java.util.Map;
import java.util.Optional;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;

/** Says whether an identity may pass, and who it is. */
final class VerifyCredentials {

    private final KeycloakSession session;
    private final RealmModel realm;
    private final GatewaySettings settings;
    private final KeptRights kept;
    private final IdentityJwt jwt;

    VerifyCredentials(
            KeycloakSession session, RealmModel realm, GatewaySettings settings, KeptRights kept, IdentityJwt jwt) {
        this.session = session;
        this.realm = realm;
        this.settings = settings;
        this.kept = kept;
        this.jwt = jwt;
    }

    /**
     * The headers that tell the app behind the proxy who calls.
     *
     * @throws Refusal 403 where the demand is not met
     */
    Map<String, String> verify(Identity identity, Demand demand) {
        Rights rights = new FindRights(session, realm, kept).of(identity, demand.account(), demand.audience());
        if (!demand.metBy(rights.permissions())) {
            throw Refusal.of(Fault.FORBIDDEN, "permission");
        }
        PermissionLimit.excess(realm, rights.permissions()).ifPresent(text -> {
            throw TooManyPermissions.refusal(text);
        });
        Optional<String> signed = demand.audience().map(audience -> jwt.of(session, realm, identity, rights, audience));
        return IdentityHeaders.of(identity, rights, signed, settings.headerBytes());
    }
}
