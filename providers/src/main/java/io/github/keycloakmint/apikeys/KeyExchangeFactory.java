package io.github.keycloakmint.apikeys;

import io.github.keycloakmint.kernel.Capability;
import io.github.keycloakmint.kernel.keycloak.RedeemingExchangeFactory;
import io.github.keycloakmint.kernel.keycloak.Redemption;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;

/** Registers {@link KeyRedemption} for subject tokens of the type {@value #TYPE}; it is on and off with the capability. */
public final class KeyExchangeFactory extends RedeemingExchangeFactory {

    static final String TYPE = "urn:keycloak-mint:params:oauth:token-type:api-key";

    private boolean active;

    @Override
    protected String subjectTokenType() {
        return TYPE;
    }

    @Override
    protected Redemption redemption(KeycloakSession session) {
        return new KeyRedemption(session, active);
    }

    @Override
    public void postInit(KeycloakSessionFactory factory) {
        active = ((ApiKeysCapability) factory.getProviderFactory(Capability.class, ApiKeysCapability.ID)).active();
    }

    @Override
    public String getId() {
        return "mint-api-key";
    }
}
