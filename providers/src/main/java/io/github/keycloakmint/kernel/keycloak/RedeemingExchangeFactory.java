package io.github.keycloakmint.kernel.keycloak;

import io.github.keycloakmint.kernel.PlainFactory;
import org.keycloak.models.KeycloakSession;
import org.keycloak.protocol.oidc.TokenExchangeProvider;
import org.keycloak.protocol.oidc.TokenExchangeProviderFactory;

/**
 * Puts a room's {@link Redemption} before every exchange that wants a token of Keycloak's as its subject, and behind {@link
 * BundleExchangeFactory}, which refuses bundle tokens whatever is asked for (T5).
 */
public abstract class RedeemingExchangeFactory
        implements TokenExchangeProviderFactory, PlainFactory<TokenExchangeProvider> {

    /** RFC 8693 section 3. */
    protected abstract String subjectTokenType();

    protected abstract Redemption redemption(KeycloakSession session);

    @Override
    public final TokenExchangeProvider create(KeycloakSession session) {
        return new RedeemingExchange(subjectTokenType(), redemption(session));
    }

    @Override
    public final int order() {
        return 600;
    }
}
