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

/** Plugs email verification in. One server option, {@code --spi-mint-capability--verify-email--active} (default true). */
public final class VerifyEmailFactory implements CapabilityFactory {

    private static final String ID = "verify-email";

    private boolean active = true;

    @Override
    public void init(Config.Scope config) {
        active = new Options(CapabilitySpi.NAME, ID, config).flag("active", true);
    }

    @Override
    public List<Endpoint> endpoints() {
        VerifyEmailResource emails = new VerifyEmailResource();
        return List.of(
                endpoint(ID, ID, emails::verify),
                endpoint("verify-email/resend", "verify-email-resend", emails::resend));
    }

    private static Endpoint endpoint(String path, String name, Handler handler) {
        return new Endpoint(
                Area.AUTH,
                path,
                name,
                Map.of("POST", handler),
                PlainErrors.SHAPE,
                PlainErrors.SHAPE.of(Fault.NOT_FOUND),
                VerifyEmailResource::origins);
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
