package io.github.keycloakmint.access;

import io.github.keycloakmint.kernel.CapabilityFactory;
import io.github.keycloakmint.kernel.CapabilitySpi;
import io.github.keycloakmint.kernel.Options;
import io.github.keycloakmint.kernel.http.Area;
import io.github.keycloakmint.kernel.http.Endpoint;
import io.github.keycloakmint.kernel.http.ErrorShape;
import io.github.keycloakmint.kernel.http.Fault;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.keycloak.Config;

/** Plugs sign-up in. One server option, {@code --spi-mint-capability--sign-up--active} (default true). */
public final class SignUpFactory implements CapabilityFactory {

    static final String ID = "sign-up";

    private static final ErrorShape ERRORS = new AccessErrors();

    private boolean active = true;

    @Override
    public void init(Config.Scope config) {
        active = new Options(CapabilitySpi.NAME, ID, config).flag("active", true);
    }

    @Override
    public List<Endpoint> endpoints() {
        return List.of(new Endpoint(
                Area.AUTH,
                ID,
                ID,
                Map.of("POST", new SignUpResource()::signUp),
                ERRORS,
                ERRORS.of(Fault.NOT_FOUND),
                AccessClients.origins(ID)));
    }

    @Override
    public Set<String> startsSessions() {
        return Set.of(ID);
    }

    @Override
    public boolean active() {
        return active;
    }

    @Override
    public String getId() {
        return ID;
    }
}
