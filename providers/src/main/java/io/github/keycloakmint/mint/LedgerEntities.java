package io.github.keycloakmint.mint;

import java.util.List;
import org.keycloak.connections.jpa.entityprovider.JpaEntityProvider;

/** Brings the ledger's table to Keycloak's database. */
final class LedgerEntities implements JpaEntityProvider {

    @Override
    public List<Class<?>> getEntities() {
        return List.of(LedgerEntry.class, Watermark.class);
    }

    @Override
    public String getChangelogLocation() {
        return "META-INF/keycloak-mint/ledger.xml";
    }

    @Override
    public String getFactoryId() {
        return LedgerEntitiesFactory.ID;
    }

    @Override
    public void close() {
        // nothing to close
    }
}
