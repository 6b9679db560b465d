package io.github.keycloakmint.root;

import io.github.keycloakmint.kernel.http.Area;
import io.github.keycloakmint.kernel.http.RequestBody;
import jakarta.ws.rs.Path;
import java.util.Optional;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;

/**
 * {@code /{projectId}/auth/…} at the server's root. The pattern leaves out every first segment that Keycloak itself
 * answers: a realm named "auth" has its console at {@code /admin/auth/console} and its endpoints at {@code /realms/auth}.
 */
@Path("/{projectId:" + RootProjectAuth.PROJECT + "}/auth")
public class RootProjectAuth extends RootPaths {

    static final String PROJECT =
            "(?!(?:admin|realms|resources|js|robots\\.txt|health|metrics|lb-check|api|auth|\\.well-known)/)[^/]+";

    public RootProjectAuth() {
        super(Area.AUTH);
    }

    /** The project in the path is the place. */
    @Override
    Optional<RealmModel> ofPlace(RealmFinder finder, KeycloakSession session, RequestBody body) {
        return realm(finder, session, body);
    }

    @Override
    Optional<RealmModel> realm(RealmFinder finder, KeycloakSession session, RequestBody body) {
        return finder.byProject(
                session.getContext().getUri().getPathParameters().getFirst("projectId"));
    }
}
