package io.github.keycloakmint.kernel.http;

import org.keycloak.Config;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.services.resource.RealmResourceProvider;
import org.keycloak.services.resource.RealmResourceProviderFactory;

/** Hangs {@link Area#AUTH} under {@code /realms/{realm}/auth}. */
public final class AuthResourceFactory implements RealmResourceProviderFactory {

    @Override
    public RealmResourceProvider create(KeycloakSession session) {
        return new AreaProvider.Public(session, Area.AUTH);
    }

    @Override
    public void init(Config.Scope config) {
        // options belong to the capabilities
    }

    @Override
    public void postInit(KeycloakSessionFactory factory) {
        // nothing to do
    }

    @Override
    public void close() {
        // nothing to close
    }

    @Override
    public String getId() {
        return "auth";
    }
}
