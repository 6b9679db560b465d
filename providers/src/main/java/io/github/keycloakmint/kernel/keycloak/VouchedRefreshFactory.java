package io.github.keycloakmint.kernel.keycloak;

import io.github.keycloakmint.kernel.PlainFactory;
import org.keycloak.models.KeycloakSession;
import org.keycloak.protocol.oidc.refresh.RefreshTokenProvider;
import org.keycloak.protocol.oidc.refresh.RefreshTokenProviderFactory;

/** Puts {@link VouchedRefresh} before Keycloak's own refresh. */
public final class VouchedRefreshFactory implements RefreshTokenProviderFactory, PlainFactory<RefreshTokenProvider> {

    @Override
    public RefreshTokenProvider create(KeycloakSession session) {
        return new VouchedRefresh(session);
    }

    @Override
    public int order() {
        return 100;
    }

    @Override
    public String getId() {
        return "mint-vouched";
    }
}
