package io.github.keycloakmint.kernel.keycloak;

import io.github.keycloakmint.kernel.PlainFactory;
import org.keycloak.models.KeycloakSession;
import org.keycloak.protocol.oidc.refresh.RefreshTokenProvider;
import org.keycloak.protocol.oidc.refresh.RefreshTokenProviderFactory;

/** Puts {@link RotatingRefresh} before {@link VouchedRefresh}, whose check it makes as well. */
public final class RotatingRefreshFactory implements RefreshTokenProviderFactory, PlainFactory<RefreshTokenProvider> {

    @Override
    public RefreshTokenProvider create(KeycloakSession session) {
        return new RotatingRefresh(session);
    }

    @Override
    public int order() {
        return 200;
    }

    @Override
    public String getId() {
        return "mint-rotating";
    }
}
