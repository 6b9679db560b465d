package io.github.keycloakmint.mint;

import io.github.keycloakmint.kernel.PlainFactory;
import org.keycloak.connections.jpa.entityprovider.JpaEntityProvider;
import org.keycloak.connections.jpa.entityprovider.JpaEntityProviderFactory;
import org.keycloak.models.KeycloakSession;

/** Registers the ledger's table. */
public final class LedgerEntitiesFactory implements JpaEntityProviderFactory, PlainFactory<JpaEntityProvider> {

    /** Its first ten letters name Liquibase's own table: DATABASECHANGELOG_MINTLEDGER. */
    static final String ID = "mintledger";

    @Override
    public JpaEntityProvider create(KeycloakSession session) {
        return new LedgerEntities();
    }

    @Override
    public String getId() {
        return ID;
    }
}
