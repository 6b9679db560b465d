package io.github.keycloakmint.access;

import io.github.keycloakmint.kernel.CapabilityFactory;
import io.github.keycloakmint.kernel.CapabilitySpi;
import io.github.keycloakmint.kernel.Options;
import io.github.keycloakmint.kernel.http.Area;
import io.github.keycloakmint.kernel.http.Endpoint;
import io.github.keycloakmint.kernel.http.Fault;
import io.github.keycloakmint.kernel.http.Handler;
import io.github.keycloakmint.kernel.http.PlainErrors;
import java.util.List;
import java.util.Map;
import org.keycloak.Config;

/**
 * Plugs password reset and change in. One server option, {@code --spi-mint-capability--password-reset--active} (default
 * true); realms and clients decide the rest.
 */
public final class PasswordsFactory implements CapabilityFactory {

    static final String ID = "password-reset";
    /** What a client needs whose sessions may change the password. */
    static final String SIGN_IN = "sign-in";

    private boolean active = true;

    @Override
    public void init(Config.Scope config) {
        active = new Options(CapabilitySpi.NAME, ID, config).flag("active", true);
    }

    @Override
    public List<Endpoint> endpoints() {
        PasswordsResource passwords = new PasswordsResource();
        return List.of(
                endpoint(ID, ID, ID, passwords::ask),
                endpoint("password-reset/verify", "password-reset-verify", ID, passwords::set),
                endpoint("change-password", "change-password", SIGN_IN, passwords::change));
    }

    private static Endpoint endpoint(String path, String name, String optIn, Handler handler) {
        return new Endpoint(
                Area.AUTH,
                path,
                name,
                Map.of("POST", handler),
                PlainErrors.SHAPE,
                PlainErrors.SHAPE.of(Fault.NOT_FOUND),
                AccessClients.origins(optIn));
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
