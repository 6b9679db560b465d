package io.github.keycloakmint.kernel.keycloak;

import io.github.keycloakmint.kernel.PlainFactory;
import org.keycloak.models.KeycloakSession;
import org.keycloak.protocol.oidc.TokenExchangeProvider;
import org.keycloak.protocol.oidc.TokenExchangeProviderFactory;

/** Stands before Keycloak's own exchange providers ({@code standard} has order 10). */
public final class BundleExchangeFactory implements TokenExchangeProviderFactory, PlainFactory<TokenExchangeProvider> {

    @Override
    public TokenExchangeProvider create(KeycloakSession session) {
        RightsChanges.noted(session, session.getContext().getRealm().getId());
        return new BundleExchange(session);
    }

    @Override
    public int order() {
        return 1_000;
    }

    @Override
    public String getId() {
        return "mint-guard";
    }
}
