package io.github.keycloakmint.root;

import io.github.keycloakmint.kernel.CapabilityFactory;
import io.github.keycloakmint.kernel.CapabilitySpi;
import io.github.keycloakmint.kernel.Options;
import io.github.keycloakmint.kernel.http.Endpoint;
import io.github.keycloakmint.kernel.http.OwnPaths;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.keycloak.Config;

/** Plugs the root facade in. It has no endpoint of its own: its JAX-RS classes stand in front of the others'. */
public final class RootFactory implements CapabilityFactory {

    static final String ID = "root";

    private Optional<RootSettings> settings = Optional.empty();

    @Override
    public void init(Config.Scope config) {
        RootSettings read = RootSettings.of(new Options(CapabilitySpi.NAME, ID, config));
        settings = Optional.of(read);
        if (read.active()) {
            OwnPaths.add(Pattern.compile(
                    "/?(api|auth|\\.well-known/jwks\\.json|" + RootProjectAuth.PROJECT + "/auth)(/.*)?"));
        }
    }

    @Override
    public List<Endpoint> endpoints() {
        return List.of();
    }

    @Override
    public boolean active() {
        return settings().active();
    }

    @Override
    public String getId() {
        return ID;
    }

    RootSettings settings() {
        return settings.orElseThrow();
    }
}
