package io.github.keycloakmint.kernel;

import org.keycloak.provider.Provider;

/**
 * A capability of the bundle as Keycloak's provider model wants it. All that a capability offers hangs on its {@link
 * CapabilityFactory}, which lives as long as the server; this per-session object carries nothing.
 */
public final class Capability implements Provider {
    @Override
    public void close() {
        // holds nothing
    }
}
