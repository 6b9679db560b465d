package io.github.keycloakmint.kernel.http;

import org.keycloak.provider.Provider;
import org.keycloak.provider.ProviderFactory;
import org.keycloak.provider.Spi;

/** The SPI that carries the kernel itself: {@value #NAME}. */
public final class KernelSpi implements Spi {

    static final String NAME = "mint-kernel";

    @Override
    public boolean isInternal() {
        return true;
    }

    @Override
    public String getName() {
        return NAME;
    }

    @Override
    public Class<? extends Provider> getProviderClass() {
        return DoorFactory.Kernel.class;
    }

    @Override
    @SuppressWarnings("rawtypes") // Keycloak's own signature
    public Class<? extends ProviderFactory> getProviderFactoryClass() {
        return DoorFactory.class;
    }
}
