package io.github.keycloakmint.apikeys;

import io.github.keycloakmint.kernel.keycloak.AccountRow;
import io.github.keycloakmint.kernel.keycloak.AccountSubject;
import java.util.Optional;
import java.util.function.Consumer;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.OrganizationModel;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.provider.ProviderEvent;

/**
 * What becomes of keys when something that they stand on goes: a user, a membership, an account, a client, a realm takes them
 * along, in the transaction that removes it. A key that is being made meanwhile is left to {@link KeyPurge}, which deletes
 * keys that stand on nothing.
 */
final class KeyRemoval {

    private final KeysOfNode node;

    KeyRemoval(KeysOfNode node) {
        this.node = node;
    }

    void watch(KeycloakSessionFactory factory) {
        factory.register(this::heard);
    }

    private void heard(ProviderEvent event) {
        if (event instanceof UserModel.UserPreRemovedEvent removed) {
            // not every removal sends UserRemovedEvent (JpaOrganizationProvider.removeMember)
            forgetUser(removed.getKeycloakSession(), removed.getRealm(), removed.getUser());
        } else if (event instanceof UserModel.UserRemovedEvent removed) {
            forgetUser(removed.getKeycloakSession(), removed.getRealm(), removed.getUser());
        } else if (event instanceof OrganizationModel.OrganizationMemberLeaveEvent left) {
            forgetMember(left);
        } else if (event instanceof OrganizationModel.OrganizationRemovedEvent removed) {
            forgetAccount(removed.getKeycloakSession(), removed.getOrganization());
        } else if (event instanceof ClientModel.ClientRemovedEvent removed) {
            forgetClient(removed.getKeycloakSession(), removed.getClient());
        } else if (event instanceof RealmModel.RealmRemovedEvent removed) {
            new KeyStore(removed.getKeycloakSession(), removed.getRealm()).forgetRealm();
            node.keysChange(removed.getKeycloakSession(), removed.getRealm().getId());
        }
    }

    private void forgetUser(KeycloakSession session, RealmModel realm, UserModel user) {
        new KeyStore(session, realm).forgetUser(user.getId());
        node.keysChange(session, realm.getId());
    }

    private void forgetMember(OrganizationModel.OrganizationMemberLeaveEvent left) {
        inContext(left.getSession(), realm -> {
            new KeyStore(left.getSession(), realm)
                    .forgetMember(left.getUser().getId(), left.getOrganization().getId());
            node.keysChange(left.getSession(), realm.getId());
        });
    }

    private void forgetAccount(KeycloakSession session, OrganizationModel account) {
        inContext(session, realm -> {
            KeyStore store = new KeyStore(session, realm);
            store.forgetAccount(account.getId());
            // whoever makes a key for the account holds its row: what he has made by then goes too. Rows of keys first,
            // as
            // ChangeKey.end has it
            if (AccountRow.exists(session, realm, account.getId())) {
                store.forgetAccount(account.getId());
            }
            AccountSubject.remove(session, realm, account.getId());
            node.keysChange(session, realm.getId());
        });
    }

    /** Users who stand for accounts that have no other key are left to {@link KeyPurge}. */
    private void forgetClient(KeycloakSession session, ClientModel client) {
        RealmModel realm = client.getRealm();
        new KeyStore(session, realm).forgetClient(client.getId());
        node.keysChange(session, realm.getId());
    }

    /** Organizations don't tell their realm. Without one in the context a whole realm goes, with its keys. */
    private static void inContext(KeycloakSession session, Consumer<RealmModel> work) {
        Optional.ofNullable(session.getContext().getRealm()).ifPresent(work);
    }
}
