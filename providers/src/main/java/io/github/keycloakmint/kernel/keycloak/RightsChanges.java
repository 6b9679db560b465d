package io.github.keycloakmint.kernel.keycloak;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicLongArray;
import org.jspecify.annotations.Nullable;
import org.keycloak.models.AbstractKeycloakTransaction;
import org.keycloak.models.ClientModel;
import org.keycloak.models.GroupModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.OrganizationModel;
import org.keycloak.models.RealmModel;
import org.keycloak.models.RoleContainerModel;
import org.keycloak.models.RoleModel;
import org.keycloak.models.UserModel;
import org.keycloak.provider.ProviderEvent;

/**
 * Tells what was read of somebody's rights before a change on this node from what was read after it: a reader notes the
 * realm's epoch, then reads; a change starts the next one when its transaction has ended. What is kept under an earlier epoch
 * counts as not kept, so that a reader who was overtaken can't bring the past back. The only place that listens to changes of
 * roles, groups, memberships, organizations and clients; what changes without an event of the model is told by {@link
 * RightsEvents}. A fixed number of counters: names that share one only cost a reading more. Names begin with the realm's id
 * (T10).
 */
public final class RightsChanges {

    private static final int COUNTERS = 4_096;
    private static final AtomicLongArray EPOCHS = new AtomicLongArray(COUNTERS);

    private RightsChanges() {}

    /** Of what is called {@code name}; the rights in a realm go by the realm's id. */
    public static long epoch(String name) {
        return EPOCHS.get(at(name));
    }

    /** Something called {@code name} was changed, in a transaction that has ended. */
    public static void next(String name) {
        EPOCHS.incrementAndGet(at(name));
    }

    /**
     * The epoch as it was when {@code session} first asked for it. Keycloak's sessions answer what they have read once
     * (UserCacheSession.managedUsers, RealmCacheSession.managedRoles), so what one reads is as old as its first reading: it
     * has to be asked for before that, which {@link io.github.keycloakmint.kernel.http.Door} and the bundle's grants do.
     */
    public static long noted(KeycloakSession session, String name) {
        String attribute = "mint.noted:" + name;
        if (session.getAttribute(attribute) instanceof Long noted) {
            return noted;
        }
        long now = epoch(name);
        session.setAttribute(attribute, now);
        return now;
    }

    /** Called once a server. */
    public static void watch(KeycloakSessionFactory factory) {
        factory.register(RightsChanges::heard);
    }

    private static void heard(ProviderEvent event) {
        if (event instanceof RoleModel.RoleEvent change) {
            after(change.getKeycloakSession(), change.getRealm().getId());
        } else if (event instanceof GroupModel.GroupEvent change) {
            after(change.getKeycloakSession(), change.getRealm().getId());
        } else if (event instanceof RoleContainerModel.RoleRemovedEvent change) {
            removed(change.getKeycloakSession(), change.getRole());
        } else if (event instanceof OrganizationModel.OrganizationMembershipEvent change) {
            afterInContext(change.getSession());
        } else if (event instanceof OrganizationModel.OrganizationRemovedEvent change) {
            afterInContext(change.getKeycloakSession());
        } else if (event instanceof ClientModel.ClientUpdatedEvent change) {
            after(
                    change.getKeycloakSession(),
                    change.getUpdatedClient().getRealm().getId());
        } else if (event instanceof ClientModel.ClientRemovedEvent change) {
            after(change.getKeycloakSession(), change.getClient().getRealm().getId());
        } else if (event instanceof UserModel.UserPreRemovedEvent change) {
            // not every removal sends UserRemovedEvent (JpaOrganizationProvider.removeMember)
            after(change.getKeycloakSession(), change.getRealm().getId());
        } else if (event instanceof UserModel.UserRemovedEvent change) {
            after(change.getKeycloakSession(), change.getRealm().getId());
        }
    }

    /** The realm of the context may be another one: with a realm go its roles in the admin realm. */
    private static void removed(KeycloakSession session, RoleModel role) {
        @Nullable RoleContainerModel container = role.getContainer();
        if (container instanceof RealmModel realm) {
            after(session, realm.getId());
        } else if (container instanceof ClientModel client) {
            after(session, client.getRealm().getId());
        } else {
            afterInContext(session);
        }
    }

    /** Organizations don't tell their realm; a session without one is about to remove it, or asks for none of its rights. */
    private static void afterInContext(KeycloakSession session) {
        Optional.ofNullable(session.getContext().getRealm()).ifPresent(realm -> after(session, realm.getId()));
    }

    /** Something called {@code name} is changed by the transaction of {@code session}: it counts when that has ended, however it ended. */
    public static void after(KeycloakSession session, String name) {
        String attribute = "mint.changes:" + name;
        // once a transaction, of which an import of a realm has thousands of events
        if (session.getAttribute(attribute) != null) {
            return;
        }
        session.setAttribute(attribute, true);
        session.getTransactionManager().enlistAfterCompletion(new AbstractKeycloakTransaction() {
            @Override
            protected void commitImpl() {
                ended();
            }

            @Override
            protected void rollbackImpl() {
                ended();
            }

            private void ended() {
                next(name);
                // a session may begin another transaction (Door does, after a refusal)
                session.removeAttribute(attribute);
            }
        });
    }

    private static int at(String name) {
        int hash = name.hashCode();
        return (hash ^ (hash >>> 16)) & (COUNTERS - 1);
    }
}
