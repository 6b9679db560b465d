package io.github.keycloakmint.kernel.http;

import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Response;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.utils.KeycloakSessionUtil;

/**
 * {@code /realms/{realm}/.well-known/jwks.json}. A resource of its own, longer and therefore before RealmsResource: what
 * Keycloak answers for a WellKnownProvider is stamped no-cache, has no ETag and asks nobody whether the realm is enabled.
 */
@Path("/realms/{realm}/.well-known/" + RealmJwks.NAME)
public class RealmJwks extends AnyMethod {

    /** Its name in {@link Area#WELL_KNOWN}. */
    public static final String NAME = "jwks.json";

    @Override
    protected Response serve(String method, String path, @Nullable InputStream body) {
        KeycloakSession session = KeycloakSessionUtil.getKeycloakSession();
        String name = session.getContext().getUri().getPathParameters().getFirst("realm");
        Door door = DoorFactory.of(session);
        @Nullable RealmModel realm = session.realms().getRealmByName(name);
        if (realm == null) {
            return door.off(Area.WELL_KNOWN, below(session));
        }
        session.getContext().setRealm(realm);
        return door.serve(session, Area.WELL_KNOWN, method, below(session), new RequestBody(body));
    }

    /** The path as it was sent: what a resource is given has lost its slashes at the end. */
    public static String below(KeycloakSession session) {
        String path = session.getContext().getUri().getRequestUri().getRawPath();
        return path.substring(path.lastIndexOf("/.well-known/") + "/.well-known/".length());
    }
}
