package io.github.keycloakmint.kernel.limits;

import org.keycloak.provider.ProviderFactory;

/** Makes a session's {@link KnownDevices}. */
public interface KnownDevicesFactory extends ProviderFactory<KnownDevices> {}
