package io.github.keycloakmint.external;

import java.util.List;
import java.util.Map;
import org.keycloak.broker.provider.AbstractIdentityProviderFactory;
import org.keycloak.models.IdentityProviderModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.provider.ProviderConfigProperty;

/** The identity-provider type {@code external-jwt}. */
public final class ExternalJwtProviderFactory extends AbstractIdentityProviderFactory<ExternalJwtProvider> {

    static final String ID = "external-jwt";

    /** Its return type tells Keycloak what the provider can do ({@code IdentityProviderTypeUtil}). */
    @Override
    public ExternalJwtProvider create(KeycloakSession session, IdentityProviderModel model) {
        return new ExternalJwtProvider(new ExternalJwtConfig(model));
    }

    @Override
    public IdentityProviderModel createConfig() {
        return new ExternalJwtConfig();
    }

    @Override
    public List<ProviderConfigProperty> getConfigProperties() {
        return Setting.form();
    }

    /** There is no file or address to take a configuration from. */
    @Override
    public Map<String, String> parseConfig(KeycloakSession session, String config) {
        return Map.of();
    }

    @Override
    public String getName() {
        return "External JWT";
    }

    @Override
    public String getHelpText() {
        return "Users who come with a signed JWT of another system, of Google or of Firebase";
    }

    @Override
    public String getId() {
        return ID;
    }
}
