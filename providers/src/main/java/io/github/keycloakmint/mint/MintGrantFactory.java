package io.github.keycloakmint.mint;

import io.github.keycloakmint.kernel.Capability;
import java.util.Optional;
import org.keycloak.Config;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.protocol.oidc.grants.OAuth2GrantType;
import org.keycloak.protocol.oidc.grants.OAuth2GrantTypeFactory;

/** Registers {@link MintGrant}, so that its tokens' {@code jti} starts with {@code …}{@value #SHORTCUT}{@code :}. */
public final class MintGrantFactory implements OAuth2GrantTypeFactory {

    /** Two characters that no other grant has; a second one stops the server. */
    static final String SHORTCUT = "me";

    private Optional<TokenForEmailFactory> capability = Optional.empty();

    @Override
    public OAuth2GrantType create(KeycloakSession session) {
        return new MintGrant(capability.orElseThrow().settings());
    }

    @Override
    public void init(Config.Scope config) {
        // the capability's own options hold
    }

    @Override
    public void postInit(KeycloakSessionFactory factory) {
        capability = Optional.of(
                (TokenForEmailFactory) factory.getProviderFactory(Capability.class, TokenForEmailFactory.ID));
    }

    @Override
    public void close() {
        // nothing to close
    }

    @Override
    public String getId() {
        return MintGrant.ID;
    }

    @Override
    public String getShortcut() {
        return SHORTCUT;
    }
}
