package io.github.keycloakmint.kernel.keycloak;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicLongArray;
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
 * counts as not kept, so that a reader who was overtaken can't bring the past back. A fixed number of counters: realms that
 * share one only read once more.
 */
public final class RightsChanges {

    private static final int COUNTERS = 4_096;
    private static final AtomicLongArray EPOCHS = new AtomicLongArray(COUNTERS);

    private RightsChanges() {}

    public static long epoch(String realmId) {
        return EPOCHS.get(at(realmId));
    }

    /** Called once a server. */
    public static void watch(KeycloakSessionFactory factory) {
        factory.register(RightsChanges::heard);
    }

    private static void heard(ProviderEvent event) {
        if (event instanceof RoleModel.RoleEvent change) {
            after(change.getKeycloakSession(), change.getRealm());
        } else if (event instanceof GroupModel.GroupEvent change) {
            after(change.getKeycloakSession(), change.getRealm());
        } else if (event instanceof RoleContainerModel.RoleRemovedEvent change) {
            afterInContext(change.getKeycloakSession());
        } else if (event instanceof OrganizationModel.OrganizationMembershipEvent change) {
            afterInContext(change.getSession());
        } else if (event instanceof OrganizationModel.OrganizationRemovedEvent change) {
            afterInContext(change.getKeycloakSession());
        } else if (event instanceof ClientModel.ClientUpdatedEvent change) {
            after(change.getKeycloakSession(), change.getUpdatedClient().getRealm());
        } else if (event instanceof ClientModel.ClientRemovedEvent change) {
            after(change.getKeycloakSession(), change.getClient().getRealm());
        } else if (event instanceof UserModel.UserRemovedEvent change) {
            after(change.getKeycloakSession(), change.getRealm());
        }
    }

    private static void afterInContext(KeycloakSession session) {
        Optional.ofNullable(session.getContext().getRealm()).ifPresent(realm -> after(session, realm));
    }

    private static void after(KeycloakSession session, RealmModel realm) {
        String name = "mint.rights:" + realm.getId();
        // once a transaction, of which an import of a realm has thousands of events
        if (session.getAttribute(name) != null) {
            return;
        }
        session.setAttribute(name, true);
        int at = at(realm.getId());
        session.getTransactionManager().enlistAfterCompletion(new AbstractKeycloakTransaction() {
            @Override
            protected void commitImpl() {
                EPOCHS.incrementAndGet(at);
            }

            @Override
            protected void rollbackImpl() {
                EPOCHS.incrementAndGet(at);
            }
        });
    }

    private static int at(String realmId) {
        int hash = realmId.hashCode();
        return (hash ^ (hash >>> 16)) & (COUNTERS - 1);
    }
}
