package io.github.keycloakmint.accounts;

import io.github.keycloakmint.kernel.Capability;
import io.github.keycloakmint.kernel.keycloak.NarrowingExchange;
import io.github.keycloakmint.kernel.keycloak.NarrowingExchangeFactory;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;

/** Registers {@link AccountExchange}; it is on and off with the capability. */
public final class AccountExchangeFactory extends NarrowingExchangeFactory {

    private boolean active;

    @Override
    protected NarrowingExchange exchange(KeycloakSession session) {
        return new AccountExchange(session, active);
    }

    @Override
    public void postInit(KeycloakSessionFactory factory) {
        active = ((AccountsFactory) factory.getProviderFactory(Capability.class, AccountsFactory.ID)).active();
    }

    @Override
    public String getId() {
        return "mint-account";
    }
}
