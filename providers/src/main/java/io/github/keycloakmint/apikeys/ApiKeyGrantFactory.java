package io.github.keycloakmint.apikeys;

import io.github.keycloakmint.kernel.Capability;
import io.github.keycloakmint.kernel.PlainFactory;
import io.github.keycloakmint.kernel.keycloak.RightsChanges;
import java.util.Optional;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.protocol.oidc.grants.OAuth2GrantType;
import org.keycloak.protocol.oidc.grants.OAuth2GrantTypeFactory;

/** Registers {@link ApiKeyGrant}, so that its tokens' {@code jti} starts with {@code …}{@value #SHORTCUT}{@code :}. */
public final class ApiKeyGrantFactory implements OAuth2GrantTypeFactory, PlainFactory<OAuth2GrantType> {

    /** Two characters that no other grant has; a second one stops the server. */
    static final String SHORTCUT = "mk";

    private boolean active;

    @Override
    public OAuth2GrantType create(KeycloakSession session) {
        // TokenEndpoint asks for its grant before it reads the client
        Optional.ofNullable(session.getContext().getRealm())
                .ifPresent(realm -> RightsChanges.noted(session, realm.getId()));
        return new ApiKeyGrant(active);
    }

    @Override
    public void postInit(KeycloakSessionFactory factory) {
        active = ((ApiKeysCapability) factory.getProviderFactory(Capability.class, ApiKeysCapability.ID)).active();
    }

    @Override
    public String getId() {
        return ApiKeyGrant.ID;
    }

    @Override
    public String getShortcut() {
        return SHORTCUT;
    }
}
