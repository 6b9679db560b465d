package io.github.keycloakmint.ratelimit;

import io.github.keycloakmint.kernel.Options;
import io.github.keycloakmint.kernel.limits.KnownDevices;
import io.github.keycloakmint.kernel.limits.KnownDevicesFactory;
import io.github.keycloakmint.kernel.limits.KnownDevicesSpi;
import java.util.Optional;
import org.keycloak.Config;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;

/** Puts known devices behind the kernel's interface. Its options are described in {@link DeviceSettings}. */
public final class KnownDevicesOfNode implements KnownDevicesFactory {

    private static final String ID = "ratelimit";

    private Optional<DeviceSettings> settings = Optional.empty();

    @Override
    public KnownDevices create(KeycloakSession session) {
        return new KnownDevicesOfCall(session, settings.orElseThrow());
    }

    @Override
    public void init(Config.Scope config) {
        settings = Optional.of(DeviceSettings.of(new Options(KnownDevicesSpi.NAME, ID, config)));
    }

    @Override
    public void postInit(KeycloakSessionFactory factory) {
        // nothing to do
    }

    @Override
    public void close() {
        // holds nothing
    }

    @Override
    public String getId() {
        return ID;
    }
}
