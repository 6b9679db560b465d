package io.github.keycloakmint.kernel.http;

import org.keycloak.Config;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.services.resources.admin.ext.AdminRealmResourceProvider;
import org.keycloak.services.resources.admin.ext.AdminRealmResourceProviderFactory;

/** Hangs {@link Area#ADMIN} under {@code /admin/realms/{realm}/mint}. */
public final class AdminResourceFactory implements AdminRealmResourceProviderFactory {

    @Override
    public AdminRealmResourceProvider create(KeycloakSession session) {
        return new AreaProvider.Admin();
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
        return "mint";
    }
}
