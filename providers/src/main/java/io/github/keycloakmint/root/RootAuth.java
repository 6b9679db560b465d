package io.github.keycloakmint.root;

import io.github.keycloakmint.kernel.http.Area;
import io.github.keycloakmint.kernel.http.RequestBody;
import jakarta.ws.rs.Path;
import java.util.Optional;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;

/** {@code /auth/…} at the server's root. */
@Path("/auth")
public class RootAuth extends RootPaths {

    public RootAuth() {
        super(Area.AUTH);
    }

    @Override
    Optional<RealmModel> realm(RealmFinder finder, KeycloakSession session, RequestBody body) {
        return finder.byCall(body);
    }
}
