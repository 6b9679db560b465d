package io.github.keycloakmint.gateway;

import io.github.keycloakmint.kernel.CapabilityFactory;
import io.github.keycloakmint.kernel.CapabilitySpi;
import io.github.keycloakmint.kernel.Options;
import io.github.keycloakmint.kernel.http.AllowedOrigins;
import io.github.keycloakmint.kernel.http.Area;
import io.github.keycloakmint.kernel.http.Endpoint;
import io.github.keycloakmint.kernel.http.Fault;
import io.github.keycloakmint.kernel.http.Handler;
import io.github.keycloakmint.kernel.http.OwnPaths;
import io.github.keycloakmint.kernel.http.PlainErrors;
import io.github.keycloakmint.kernel.keycloak.OptedInClients;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.keycloak.Config;

/**
 * Plugs the gateway in. Server options: {@code --spi-mint-capability--gateway--active}, {@code --max-header-bytes}, {@code
 * --jwt-lifetime}; a client opts in by naming {@value #ID} in {@code mint.capabilities}.
 */
public final class GatewayFactory implements CapabilityFactory {

    static final String ID = "gateway";

    private static final String VERIFY = "auth/verify";

    /** Proxies ask with the method of the request that they ask about, or with GET. */
    private static final Set<String> METHODS = Set.of("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE");

    private Optional<GatewaySettings> settings = Optional.empty();

    @Override
    public void init(Config.Scope config) {
        settings = Optional.of(GatewaySettings.of(new Options(CapabilitySpi.NAME, ID, config)));
        OwnPaths.ignoreBodies(Pattern.compile("/?(realms/[^/]+/)?api/" + VERIFY + "(/.*)?"));
    }

    @Override
    public List<Endpoint> endpoints() {
        GatewaySettings set = settings.orElseThrow();
        Handler verify = new VerifyResource(set)::verify;
        Map<String, Handler> methods =
                METHODS.stream().collect(Collectors.toUnmodifiableMap(Function.identity(), method -> verify));
        return List.of(
                verify(VERIFY, methods),
                verify(VERIFY + '/' + Endpoint.TAIL, methods),
                new Endpoint(
                        Area.API,
                        "auth/me",
                        "me",
                        Map.of("GET", new MeResource()::get),
                        PlainErrors.SHAPE,
                        PlainErrors.SHAPE.of(Fault.NOT_FOUND),
                        (session, realm) -> OptedInClients.origins(session, realm, ID)));
    }

    private static Endpoint verify(String path, Map<String, Handler> methods) {
        return new Endpoint(
                Area.API,
                path,
                "verify",
                methods,
                VerifyErrors.SHAPE,
                PlainErrors.SHAPE.of(Fault.NOT_FOUND),
                AllowedOrigins.NONE);
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
