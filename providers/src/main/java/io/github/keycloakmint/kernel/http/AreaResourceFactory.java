package io.github.keycloakmint.kernel.http;

import io.github.keycloakmint.kernel.PlainFactory;
import org.keycloak.models.KeycloakSession;
import org.keycloak.services.resource.RealmResourceProvider;
import org.keycloak.services.resource.RealmResourceProviderFactory;

/** Hangs one public area into every realm. */
abstract class AreaResourceFactory implements RealmResourceProviderFactory, PlainFactory<RealmResourceProvider> {

    private final String id;
    private final Area area;

    AreaResourceFactory(String id, Area area) {
        this.id = id;
        this.area = area;
    }

    @Override
    public RealmResourceProvider create(KeycloakSession session) {
        return new AreaProvider.Public(session, area);
    }

    @Override
    public String getId() {
        return id;
    }
}
