package io.github.keycloakmint.access;

import io.github.keycloakmint.kernel.CapabilityFactory;
import io.github.keycloakmint.kernel.CapabilitySpi;
import io.github.keycloakmint.kernel.Options;
import io.github.keycloakmint.kernel.http.AllowedOrigins;
import io.github.keycloakmint.kernel.http.Area;
import io.github.keycloakmint.kernel.http.Endpoint;
import io.github.keycloakmint.kernel.http.ErrorShape;
import io.github.keycloakmint.kernel.http.Fault;
import io.github.keycloakmint.kernel.http.Handler;
import io.github.keycloakmint.kernel.session.SignOut;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.keycloak.Config;

/** Plugs sign-in, its csrf token, refresh and sign-out in. Its options are described in {@link SignInSettings}. */
public final class SignInFactory implements CapabilityFactory {

    /** What a client opts in to. */
    static final String ID = "sign-in";

    private static final ErrorShape ERRORS = new AccessErrors();

    private Optional<SignInSettings> settings = Optional.empty();

    @Override
    public void init(Config.Scope config) {
        settings = Optional.of(SignInSettings.of(new Options(CapabilitySpi.NAME, ID, config)));
    }

    @Override
    public List<Endpoint> endpoints() {
        return List.of(
                endpoint("csrf", "GET", new CsrfResource()::issue, AccessClients.origins(AccessClients.CSRF)),
                endpoint(
                        "sign-in",
                        "POST",
                        new SignInResource(settings.orElseThrow())::signIn,
                        AccessClients.origins(ID)),
                endpoint(
                        "refresh",
                        "POST",
                        new RefreshResource()::refresh,
                        AccessClients.readers(AccessClients.REFRESHED)),
                SignOut.endpoint());
    }

    private static Endpoint endpoint(String path, String method, Handler handler, AllowedOrigins origins) {
        return new Endpoint(
                Area.AUTH, path, path, Map.of(method, handler), ERRORS, ERRORS.of(Fault.NOT_FOUND), origins);
    }

    @Override
    public Set<String> startsSessions() {
        return Set.of(ID);
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
