package io.github.keycloakmint.kernel.limits;

import org.keycloak.provider.Provider;
import org.keycloak.provider.ProviderFactory;
import org.keycloak.provider.Spi;

/** The SPI behind which known devices stand: {@value #NAME}. */
public final class KnownDevicesSpi implements Spi {

    public static final String NAME = "mint-known-devices";

    @Override
    public boolean isInternal() {
        return false;
    }

    @Override
    public String getName() {
        return NAME;
    }

    @Override
    public Class<? extends Provider> getProviderClass() {
        return KnownDevices.class;
    }

    @Override
    @SuppressWarnings("rawtypes") // Keycloak's own signature
    public Class<? extends ProviderFactory> getProviderFactoryClass() {
        return KnownDevicesFactory.class;
    }
}
