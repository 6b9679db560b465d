package io.github.keycloakmint.apikeys;

import io.github.keycloakmint.kernel.keycloak.AccountSubject;
import java.util.List;
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
 * What becomes of keys when something that they stand on goes: a user, an account, a client, a realm takes them along, in the
 * transaction that removes it. And what this node has to forget when somebody's roles or groups change.
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
        } else if (event instanceof OrganizationModel.OrganizationRemovedEvent removed) {
            forgetAccount(removed.getKeycloakSession(), removed.getOrganization());
        } else if (event instanceof ClientModel.ClientRemovedEvent removed) {
            forgetClient(removed.getKeycloakSession(), removed.getClient());
        } else if (event instanceof RealmModel.RealmRemovedEvent removed) {
            new KeyStore(removed.getKeycloakSession(), removed.getRealm()).forgetRealm();
            node.keysChange(removed.getKeycloakSession(), removed.getRealm().getId());
        } else {
            rolesChange(event);
        }
    }

    private void forgetUser(KeycloakSession session, RealmModel realm, UserModel user) {
        new KeyStore(session, realm).forgetUser(user.getId());
        node.keysChange(session, realm.getId());
    }

    private void forgetAccount(KeycloakSession session, OrganizationModel account) {
        RealmModel realm = session.getContext().getRealm();
        new KeyStore(session, realm).forgetAccount(account.getId());
        AccountSubject.remove(session, realm, account.getId());
        node.keysChange(session, realm.getId());
    }

    private void forgetClient(KeycloakSession session, ClientModel client) {
        RealmModel realm = client.getRealm();
        KeyStore store = new KeyStore(session, realm);
        List<String> accounts = store.owningThrough(client.getId());
        store.forgetClient(client.getId());
        accounts.forEach(account -> ChangeKey.dropSubject(session, realm, account));
        node.keysChange(session, realm.getId());
    }

    private void rolesChange(ProviderEvent event) {
        if (event instanceof RoleModel.RoleEvent change) {
            node.standingsChange(change.getKeycloakSession(), change.getRealm().getId());
        } else if (event instanceof GroupModel.GroupEvent change) {
            node.standingsChange(change.getKeycloakSession(), change.getRealm().getId());
        } else if (event instanceof RoleContainerModel.RoleRemovedEvent change) {
            node.standingsChange(
                    change.getKeycloakSession(),
                    change.getKeycloakSession().getContext().getRealm().getId());
        } else if (event instanceof OrganizationModel.OrganizationMembershipEvent change) {
            node.standingsChange(
                    change.getSession(),
                    change.getSession().getContext().getRealm().getId());
        } else if (event instanceof ClientModel.ClientUpdatedEvent change) {
            node.standingsChange(
                    change.getKeycloakSession(),
                    change.getUpdatedClient().getRealm().getId());
        }
    }
}
