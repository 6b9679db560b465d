package io.github.keycloakmint.root;

import io.github.keycloakmint.kernel.Capability;
import io.github.keycloakmint.kernel.http.AnyMethod;
import io.github.keycloakmint.kernel.http.Area;
import io.github.keycloakmint.kernel.http.Door;
import io.github.keycloakmint.kernel.http.DoorFactory;
import io.github.keycloakmint.kernel.http.RequestBody;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.core.Response;
import java.io.InputStream;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.utils.KeycloakSessionUtil;

/**
 * What the facade's JAX-RS classes share. While it is off they answer as Keycloak does where nothing is: these classes are
 * found by the server's scan of the jar, so they can't be left out at run time.
 */
public abstract class RootPaths extends AnyMethod {

    /** The server's own words for a path that nobody has, so that a switched-off facade can't be told from none. */
    private static final String NOTHING_HERE = "Unable to find matching target resource method";

    private final Area area;

    RootPaths(Area area) {
        this.area = area;
    }

    /** The realm that a call is for. */
    abstract Optional<RealmModel> realm(RealmFinder finder, KeycloakSession session, RequestBody body);

    /** The same for an endpoint that is of its place: what a caller sends along leads nowhere. */
    Optional<RealmModel> ofPlace(RealmFinder finder, KeycloakSession session, RequestBody body) {
        return finder.byPlace();
    }

    @Override
    protected Response serve(String method, String path, @Nullable InputStream stream) {
        KeycloakSession session = KeycloakSessionUtil.getKeycloakSession();
        RootSettings settings = ((RootFactory)
                        session.getKeycloakSessionFactory().getProviderFactory(Capability.class, RootFactory.ID))
                .settings();
        Door door = DoorFactory.of(session);
        if (!settings.active()) {
            throw new NotFoundException(NOTHING_HERE);
        }
        if (!door.knows(area, path)) {
            return door.off(area, path);
        }
        RequestBody body = new RequestBody(stream);
        RealmFinder finder = new RealmFinder(session, settings);
        Optional<RealmModel> realm =
                door.ofPlace(area, path) ? ofPlace(finder, session, body) : realm(finder, session, body);
        if (realm.isEmpty()) {
            return door.off(area, path);
        }
        session.getContext().setRealm(realm.get());
        return door.serve(session, area, method, path, body);
    }
}
