package io.github.keycloakmint.kernel.keycloak;

import io.github.keycloakmint.kernel.PlainFactory;
import org.keycloak.models.KeycloakSession;
import org.keycloak.protocol.oidc.TokenExchangeProvider;
import org.keycloak.protocol.oidc.TokenExchangeProviderFactory;

/**
 * Puts a {@link NarrowingExchange} of a room before Keycloak's own exchanges ({@code standard} has order 10) and behind
 * {@link BundleExchangeFactory}, which refuses bundle tokens whatever is asked for (T5).
 */
public abstract class NarrowingExchangeFactory
        implements TokenExchangeProviderFactory, PlainFactory<TokenExchangeProvider> {

    protected abstract NarrowingExchange exchange(KeycloakSession session);

    @Override
    public final TokenExchangeProvider create(KeycloakSession session) {
        return exchange(session);
    }

    @Override
    public final int order() {
        return 500;
    }
}
