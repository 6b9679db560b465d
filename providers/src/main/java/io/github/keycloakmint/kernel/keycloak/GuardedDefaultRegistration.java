package io.github.keycloakmint.kernel.keycloak;

import java.util.Optional;
import org.keycloak.models.KeycloakSession;
import org.keycloak.representations.idm.ClientRepresentation;
import org.keycloak.services.clientregistration.ClientRegistrationAuth;
import org.keycloak.services.clientregistration.ClientRegistrationContext;
import org.keycloak.services.clientregistration.DefaultClientRegistrationProvider;

/** Keycloak's {@link DefaultClientRegistrationProvider}, guarded. */
public final class GuardedDefaultRegistration extends DefaultClientRegistrationProvider {

    GuardedDefaultRegistration(KeycloakSession session) {
        super(session);
    }

    @Override
    public void setAuth(ClientRegistrationAuth auth) {
        GuardedRegistration.refuseBundleTokens(session);
        super.setAuth(auth);
    }

    @Override
    public ClientRepresentation create(ClientRegistrationContext context) {
        GuardedRegistration.refuseAttributes(context.getClient(), Optional.empty());
        return super.create(context);
    }

    @Override
    public ClientRepresentation update(String clientId, ClientRegistrationContext context) {
        GuardedRegistration.refuseAttributes(
                context.getClient(),
                Optional.ofNullable(session.getContext().getRealm().getClientByClientId(clientId)));
        return super.update(clientId, context);
    }
}
