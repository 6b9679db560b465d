package io.github.keycloakmint.external;

import io.github.keycloakmint.kernel.CapabilityFactory;
import io.github.keycloakmint.kernel.CapabilitySpi;
import io.github.keycloakmint.kernel.Options;
import io.github.keycloakmint.kernel.http.AllowedOrigins;
import io.github.keycloakmint.kernel.http.Area;
import io.github.keycloakmint.kernel.http.Endpoint;
import io.github.keycloakmint.kernel.http.ErrorShape;
import io.github.keycloakmint.kernel.http.Fault;
import io.github.keycloakmint.kernel.http.Handler;
import io.github.keycloakmint.kernel.http.PlainErrors;
import io.github.keycloakmint.kernel.session.SignOut;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.keycloak.Config;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;

/**
 * Plugs external identities in. One server option, {@code --spi-mint-capability--verify-external-user--active} (default
 * true); everything else is set at the realm's identity providers of type {@code external-jwt} and at its clients.
 */
public final class ExternalUsersFactory implements CapabilityFactory {

    static final String ID = "verify-external-user";

    private static final ErrorShape ERRORS = new ExternalErrors();
    private static final AllowedOrigins ORIGINS = (session, realm) -> new ExternalClients(session, realm).origins();

    private boolean active = true;

    @Override
    public void init(Config.Scope config) {
        active = new Options(CapabilitySpi.NAME, ID, config).flag("active", true);
    }

    @Override
    public List<Endpoint> endpoints() {
        ExternalUsersResource users = new ExternalUsersResource();
        SocialResource social = new SocialResource();
        SuspensionsResource suspensions = new SuspensionsResource();
        return List.of(
                external(ID, users::verify, ORIGINS),
                external("request-new-access-token", users::refresh, ORIGINS),
                SignOut.endpoint(),
                new Endpoint(
                        Area.AUTH,
                        "google",
                        SocialResource.CAPABILITY,
                        Map.of("POST", social::signIn),
                        new SocialErrors(),
                        PlainErrors.SHAPE.of(Fault.NOT_FOUND),
                        SocialResource::origins),
                admin("external/explain", "explain", Map.of("POST", new ExplainResource()::explain)),
                admin(
                        "users/{id}/suspensions",
                        "suspensions",
                        Map.of("GET", suspensions::list, "POST", suspensions::add)),
                admin("users/{id}/suspensions/{suspensionId}", "suspensions", Map.of("DELETE", suspensions::end)));
    }

    private static Endpoint external(String path, Handler handler, AllowedOrigins origins) {
        return new Endpoint(
                Area.AUTH, path, path, Map.of("POST", handler), ERRORS, ExternalError.MISSING_KEYS, origins);
    }

    private static Endpoint admin(String path, String capability, Map<String, Handler> methods) {
        return new Endpoint(Area.ADMIN, path, capability, methods, PlainErrors.SHAPE, Fault.NOT_FOUND);
    }

    @Override
    public Set<String> startsSessions() {
        return Set.of(ID, SocialResource.CAPABILITY);
    }

    @Override
    public Set<String> refreshCookies(KeycloakSession session, RealmModel realm) {
        return new ExternalClients(session, realm).cookieNames();
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
