package io.github.keycloakmint.apikeys;

import io.github.keycloakmint.kernel.PlainFactory;
import org.keycloak.connections.jpa.entityprovider.JpaEntityProvider;
import org.keycloak.connections.jpa.entityprovider.JpaEntityProviderFactory;
import org.keycloak.models.KeycloakSession;

/** Registers the tables of API keys. */
public final class KeyEntitiesFactory implements JpaEntityProviderFactory, PlainFactory<JpaEntityProvider> {

    /** Its first ten letters name Liquibase's own table: DATABASECHANGELOG_MINTAPIKEY. */
    static final String ID = "mintapikey";

    @Override
    public JpaEntityProvider create(KeycloakSession session) {
        return new KeyEntities();
    }

    @Override
    public String getId() {
        return ID;
    }
}
