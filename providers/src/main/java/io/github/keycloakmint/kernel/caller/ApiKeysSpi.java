package io.github.keycloakmint.kernel.caller;

import org.keycloak.provider.Provider;
import org.keycloak.provider.ProviderFactory;
import org.keycloak.provider.Spi;

/** The SPI behind which API keys stand: {@code mint-api-keys}. */
public final class ApiKeysSpi implements Spi {

    @Override
    public boolean isInternal() {
        return false;
    }

    @Override
    public String getName() {
        return "mint-api-keys";
    }

    @Override
    public Class<? extends Provider> getProviderClass() {
        return ApiKeys.class;
    }

    @Override
    @SuppressWarnings("rawtypes") // Keycloak's own signature
    public Class<? extends ProviderFactory> getProviderFactoryClass() {
        return ApiKeysFactory.class;
    }
}
