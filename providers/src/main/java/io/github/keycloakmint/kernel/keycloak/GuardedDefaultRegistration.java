package io.github.keycloakmint.kernel.keycloak;

import java.util.Map;
import java.util.Optional;
import org.keycloak.models.ClientModel;
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
        ClientRepresentation created = super.create(context);
        GuardedRegistration.refuseChange(Map.of(), client(created.getClientId()));
        return created;
    }

    @Override
    public ClientRepresentation update(String clientId, ClientRegistrationContext context) {
        Map<String, String> before = GuardedRegistration.attributes(client(clientId));
        ClientRepresentation updated = super.update(clientId, context);
        GuardedRegistration.refuseChange(before, client(clientId));
        return updated;
    }

    private Optional<ClientModel> client(String clientId) {
        return Optional.ofNullable(session.getContext().getRealm().getClientByClientId(clientId));
    }
}
