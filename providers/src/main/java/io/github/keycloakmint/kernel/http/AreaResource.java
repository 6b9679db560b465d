package io.github.keycloakmint.kernel.http;

import io.github.keycloakmint.kernel.keycloak.AdminAccess;
import jakarta.ws.rs.core.Response;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;
import org.keycloak.models.KeycloakSession;

/** Everything below one area, handed to the {@link Door}. */
public class AreaResource extends AnyMethod {

    private final KeycloakSession session;
    private final Area area;
    private final @Nullable AdminAccess admin;

    AreaResource(KeycloakSession session, Area area, @Nullable AdminAccess admin) {
        this.session = session;
        this.area = area;
        this.admin = admin;
    }

    @Override
    protected Response serve(String method, String path, @Nullable InputStream body) {
        return DoorFactory.of(session).serve(session, area, method, path, new RequestBody(body), admin);
    }
}
