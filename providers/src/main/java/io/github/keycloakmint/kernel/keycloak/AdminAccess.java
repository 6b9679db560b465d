package io.github.keycloakmint.kernel.keycloak;

import org.keycloak.events.admin.OperationType;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.UserModel;
import org.keycloak.services.resources.admin.AdminEventBuilder;
import org.keycloak.services.resources.admin.fgap.AdminPermissionEvaluator;

/**
 * The admin behind a call, as Keycloak's own evaluator judges him (T12). Keycloak has authenticated him before; tokens of
 * the bundle never get that far (T3).
 */
public final class AdminAccess {

    private final AdminPermissionEvaluator permissions;
    private final AdminEventBuilder events;

    public AdminAccess(AdminPermissionEvaluator permissions, AdminEventBuilder events) {
        this.permissions = permissions;
        this.events = events;
    }

    /** Refuses by throwing where the admin lacks {@code view-events}. */
    public void requireViewEvents() {
        permissions.realm().requireViewEvents();
    }

    /** Refuses by throwing where the admin lacks {@code manage-realm}. */
    public void requireManageRealm() {
        permissions.realm().requireManageRealm();
    }

    /** Refuses by throwing where the admin lacks {@code view-identity-providers}. */
    public void requireViewIdentityProviders() {
        permissions.realm().requireViewIdentityProviders();
    }

    /** Refuses by throwing where the admin lacks {@code manage-users}. */
    public void requireManageUsers() {
        permissions.users().requireManage();
    }

    /** Refuses by throwing where the admin lacks {@code view-users}. */
    public void requireViewUsers() {
        permissions.users().requireView();
    }

    /** As {@link #requireManageUsers}, or a fine-grained permission that covers this user. */
    public void requireManage(UserModel user) {
        permissions.users().requireManage(user);
    }

    /** As {@link #requireViewUsers}, or a fine-grained permission that covers this user. */
    public void requireView(UserModel user) {
        permissions.users().requireView(user);
    }

    /** Leaves the admin event of what was done. */
    public void leaveEvent(KeycloakSession session, OperationType operation, String resource, Object representation) {
        events.operation(operation)
                .resource(resource)
                .resourcePath(session.getContext().getUri())
                .representation(representation)
                .success();
    }
}
