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
import io.github.keycloakmint.kernel.keycloak.ClientOrigins;
import io.github.keycloakmint.kernel.keycloak.OptedInClients;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.keycloak.Config;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;

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
        KeptRights kept = new KeptRights();
        VerifyResource verify = new VerifyResource(set, kept);
        CookieResource cookie = new CookieResource();
        return List.of(
                verify(VERIFY, verify::verify),
                verify(VERIFY + '/' + Endpoint.TAIL, verify::verifyBelow),
                ofPages("me", Map.of("GET", new MeResource(kept)::get), GatewayFactory::origins),
                ofPages(
                        "cookie",
                        Map.of("POST", cookie::keep, "DELETE", cookie::clear),
                        (session, realm) -> ClientOrigins.exact(origins(session, realm))),
                ofPages("embed-ticket", Map.of("POST", new EmbedTicketResource()::issue), GatewayFactory::origins),
                new Endpoint(
                        Area.ADMIN,
                        "cookie-keys",
                        "cookie-keys",
                        Map.of("GET", new CookieKeysResource()::export),
                        PlainErrors.SHAPE,
                        Fault.NOT_FOUND));
    }

    private static Set<String> origins(KeycloakSession session, RealmModel realm) {
        return OptedInClients.origins(session, realm, ID);
    }

    private static Endpoint ofPages(String name, Map<String, Handler> methods, AllowedOrigins origins) {
        return new Endpoint(
                        Area.API,
                        "auth/" + name,
                        name,
                        methods,
                        PlainErrors.SHAPE,
                        PlainErrors.SHAPE.of(Fault.NOT_FOUND),
                        origins)
                .atItsPlace();
    }

    private static Endpoint verify(String path, Handler handler) {
        return new Endpoint(
                        Area.API,
                        path,
                        "verify",
                        METHODS.stream().collect(Collectors.toUnmodifiableMap(Function.identity(), method -> handler)),
                        VerifyErrors.SHAPE,
                        PlainErrors.SHAPE.of(Fault.NOT_FOUND),
                        AllowedOrigins.NONE)
                .atItsPlace();
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
