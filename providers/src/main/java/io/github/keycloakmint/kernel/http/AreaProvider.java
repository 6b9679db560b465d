package io.github.keycloakmint.kernel.http;

import io.github.keycloakmint.kernel.keycloak.AdminAccess;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.services.resource.RealmResourceProvider;
import org.keycloak.services.resources.admin.AdminEventBuilder;
import org.keycloak.services.resources.admin.ext.AdminRealmResourceProvider;
import org.keycloak.services.resources.admin.fgap.AdminPermissionEvaluator;

/** The realm resources {@code api} and {@code auth} and the admin resource {@code mint}. */
final class AreaProvider {

    private AreaProvider() {}

    record Public(KeycloakSession session, Area area) implements RealmResourceProvider {
        @Override
        public Object getResource() {
            return new AreaResource(session, area, null);
        }

        @Override
        public void close() {
            // lives as long as the session
        }
    }

    static final class Admin implements AdminRealmResourceProvider {
        @Override
        public Object getResource(
                KeycloakSession session,
                RealmModel realm,
                AdminPermissionEvaluator auth,
                AdminEventBuilder adminEvent) {
            return new AreaResource(session, Area.ADMIN, new AdminAccess(auth, adminEvent));
        }

        @Override
        public void close() {
            // lives as long as the session
        }
    }
}
