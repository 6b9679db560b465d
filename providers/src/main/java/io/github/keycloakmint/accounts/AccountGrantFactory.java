package io.github.keycloakmint.accounts;

import io.github.keycloakmint.kernel.PlainFactory;
import org.keycloak.models.KeycloakSession;
import org.keycloak.protocol.oidc.grants.OAuth2GrantType;
import org.keycloak.protocol.oidc.grants.OAuth2GrantTypeFactory;

/** Registers {@link AccountGrant}, so that its tokens' {@code jti} starts with {@code …}{@value #SHORTCUT}{@code :}. */
public final class AccountGrantFactory implements OAuth2GrantTypeFactory, PlainFactory<OAuth2GrantType> {

    /** Two characters that no other grant has; a second one stops the server. */
    static final String SHORTCUT = "ma";

    @Override
    public OAuth2GrantType create(KeycloakSession session) {
        return new AccountGrant();
    }

    @Override
    public String getId() {
        return AccountGrant.ID;
    }

    @Override
    public String getShortcut() {
        return SHORTCUT;
    }
}
