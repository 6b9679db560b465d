package io.github.keycloakmint.keys;

import io.github.keycloakmint.kernel.CapabilityFactory;
import io.github.keycloakmint.kernel.CapabilitySpi;
import io.github.keycloakmint.kernel.Options;
import io.github.keycloakmint.kernel.http.AllowedOrigins;
import io.github.keycloakmint.kernel.http.Area;
import io.github.keycloakmint.kernel.http.Endpoint;
import io.github.keycloakmint.kernel.http.Fault;
import io.github.keycloakmint.kernel.http.Handler;
import io.github.keycloakmint.kernel.http.PlainErrors;
import io.github.keycloakmint.kernel.http.RealmJwks;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.keycloak.Config;

/** Plugs the key set in. Server options: {@code --spi-mint-capability--jwks--active} and {@code --max-age}. */
public final class JwksFactory implements CapabilityFactory {

    static final String ID = "jwks";

    private Optional<JwksSettings> settings = Optional.empty();

    @Override
    public void init(Config.Scope config) {
        settings = Optional.of(JwksSettings.of(new Options(CapabilitySpi.NAME, ID, config)));
    }

    @Override
    public List<Endpoint> endpoints() {
        Handler get = new JwksResource(settings.orElseThrow())::get;
        return List.of(new Endpoint(
                Area.WELL_KNOWN,
                RealmJwks.NAME,
                ID,
                Map.of("GET", get, "HEAD", get),
                PlainErrors.SHAPE,
                PlainErrors.SHAPE.of(Fault.NOT_FOUND),
                AllowedOrigins.ANY));
    }

    @Override
    public boolean active() {
        return settings.orElseThrow().active();
    }

    @Override
    public String getId() {
        return ID;
    }
}
