package io.github.keycloakmint.kernel.http;

import io.github.keycloakmint.kernel.PlainFactory;
import org.keycloak.models.KeycloakSession;
import org.keycloak.services.resources.admin.ext.AdminRealmResourceProvider;
import org.keycloak.services.resources.admin.ext.AdminRealmResourceProviderFactory;

/** Hangs {@link Area#ADMIN} under {@code /admin/realms/{realm}/mint}. */
public final class AdminResourceFactory
        implements AdminRealmResourceProviderFactory, PlainFactory<AdminRealmResourceProvider> {

    @Override
    public AdminRealmResourceProvider create(KeycloakSession session) {
        return new AreaProvider.Admin();
    }

    @Override
    public String getId() {
        return "mint";
    }
}
