package io.github.keycloakmint.kernel.limits;

import org.keycloak.provider.Provider;
import org.keycloak.provider.ProviderFactory;
import org.keycloak.provider.Spi;

/** The SPI behind which the limiter stands: {@code mint-limiter}. */
public final class LimiterSpi implements Spi {

    @Override
    public boolean isInternal() {
        return false;
    }

    @Override
    public String getName() {
        return "mint-limiter";
    }

    @Override
    public Class<? extends Provider> getProviderClass() {
        return Limiter.class;
    }

    @Override
    @SuppressWarnings("rawtypes") // Keycloak's own signature
    public Class<? extends ProviderFactory> getProviderFactoryClass() {
        return LimiterFactory.class;
    }
}
