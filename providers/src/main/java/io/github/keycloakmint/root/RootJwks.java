package io.github.keycloakmint.root;

import io.github.keycloakmint.kernel.http.Area;
import io.github.keycloakmint.kernel.http.RealmJwks;
import io.github.keycloakmint.kernel.http.RequestBody;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Response;
import java.io.InputStream;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.utils.KeycloakSessionUtil;

/** {@code /.well-known/jwks.json} at the server's root; the other paths there are Keycloak's (ServerMetadataResource). */
@Path("/.well-known/" + RealmJwks.NAME)
public class RootJwks extends RootPaths {

    public RootJwks() {
        super(Area.WELL_KNOWN);
    }

    @Override
    protected Response serve(String method, String path, @Nullable InputStream stream) {
        return super.serve(method, RealmJwks.below(KeycloakSessionUtil.getKeycloakSession()), stream);
    }

    @Override
    Optional<RealmModel> realm(RealmFinder finder, KeycloakSession session, RequestBody body) {
        return finder.byPlace();
    }
}
