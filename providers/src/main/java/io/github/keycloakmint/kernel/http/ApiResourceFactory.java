package io.github.keycloakmint.kernel.http;

import org.keycloak.Config;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.services.resource.RealmResourceProvider;
import org.keycloak.services.resource.RealmResourceProviderFactory;

/** Hangs {@link Area#API} under {@code /realms/{realm}/api}. */
public final class ApiResourceFactory implements RealmResourceProviderFactory {

    @Override
    public RealmResourceProvider create(KeycloakSession session) {
        return new AreaProvider.Public(session, Area.API);
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
        return "api";
    }
}
