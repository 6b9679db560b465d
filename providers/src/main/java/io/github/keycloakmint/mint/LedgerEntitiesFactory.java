package io.github.keycloakmint.mint;

import org.keycloak.Config;
import org.keycloak.connections.jpa.entityprovider.JpaEntityProvider;
import org.keycloak.connections.jpa.entityprovider.JpaEntityProviderFactory;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;

/** Registers the ledger's table. */
public final class LedgerEntitiesFactory implements JpaEntityProviderFactory {

    /** Its first ten letters name Liquibase's own table: DATABASECHANGELOG_MINTLEDGER. */
    static final String ID = "mintledger";

    @Override
    public JpaEntityProvider create(KeycloakSession session) {
        return new LedgerEntities();
    }

    @Override
    public void init(Config.Scope config) {
        // no options
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
        return ID;
    }
}
