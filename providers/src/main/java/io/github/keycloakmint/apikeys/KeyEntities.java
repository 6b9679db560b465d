package io.github.keycloakmint.apikeys;

import java.util.List;
import org.keycloak.connections.jpa.entityprovider.JpaEntityProvider;

/** Brings the tables of API keys to Keycloak's database. */
final class KeyEntities implements JpaEntityProvider {

    @Override
    public List<Class<?>> getEntities() {
        return List.of(KeyRow.class, KeyUseRow.class);
    }

    @Override
    public String getChangelogLocation() {
        return "META-INF/keycloak-mint/api-keys.xml";
    }

    @Override
    public String getFactoryId() {
        return KeyEntitiesFactory.ID;
    }

    @Override
    public void close() {
        // nothing to close
    }
}
