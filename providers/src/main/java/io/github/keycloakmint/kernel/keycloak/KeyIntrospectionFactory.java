package io.github.keycloakmint.kernel.keycloak;

import io.github.keycloakmint.kernel.PlainFactory;
import org.keycloak.models.KeycloakSession;
import org.keycloak.protocol.oidc.TokenIntrospectionProvider;
import org.keycloak.protocol.oidc.TokenIntrospectionProviderFactory;

/** Keycloak finds an introspection by what {@code token_type_hint} says: this one is for {@value KeyIntrospection#TYPE}. */
public final class KeyIntrospectionFactory
        implements TokenIntrospectionProviderFactory, PlainFactory<TokenIntrospectionProvider> {

    @Override
    public TokenIntrospectionProvider create(KeycloakSession session) {
        return new KeyIntrospection(session);
    }

    @Override
    public String getId() {
        return KeyIntrospection.TYPE;
    }
}
