package io.github.keycloakmint.root;

import io.github.keycloakmint.kernel.http.Area;
import io.github.keycloakmint.kernel.http.RequestBody;
import jakarta.ws.rs.Path;
import java.util.Optional;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;

/** {@code /api/…} at the server's root. */
@Path("/api")
public class RootApi extends RootPaths {

    public RootApi() {
        super(Area.API);
    }

    @Override
    Optional<RealmModel> realm(RealmFinder finder, KeycloakSession session, RequestBody body) {
        return finder.byCall(body);
    }
}
