package io.github.keycloakmint.kernel.keycloak;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.UUID;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;

/**
 * The user who stands for an account where a token needs one (T34). Hidden as the service account of a client is, which it
 * is not: its link is no client's id. Keycloak lets nobody sign in as a user with such a link (AuthenticationProcessor,
 * ValidateUsername), takes none of its tokens at account REST (AccountLoader), and leaves it out of lists of users and
 * members (JpaUserProvider). No email, no credential, no role, no membership.
 */
public final class AccountSubject {

    static final String LINK = "keycloak-mint:account:";
    static final String NAME = "mint-account-";

    private AccountSubject() {}

    /** The same on every node and at every time, so that two who make it make one. */
    public static String id(RealmModel realm, String accountId) {
        byte[] name = (LINK + realm.getId() + ':' + accountId).getBytes(StandardCharsets.UTF_8);
        return UUID.nameUUIDFromBytes(name).toString();
    }

    /** Makes it where there is none. */
    public static UserModel ensure(KeycloakSession session, RealmModel realm, String accountId) {
        return find(session, realm, accountId).orElseGet(() -> {
            UserModel made = session.users().addUser(realm, id(realm, accountId), NAME + accountId, false, false);
            made.setServiceAccountClientLink(LINK + accountId);
            made.setEnabled(true);
            return made;
        });
    }

    public static void remove(KeycloakSession session, RealmModel realm, String accountId) {
        find(session, realm, accountId).ifPresent(subject -> session.users().removeUser(realm, subject));
    }

    private static Optional<UserModel> find(KeycloakSession session, RealmModel realm, String accountId) {
        return Optional.ofNullable(session.users().getUserById(realm, id(realm, accountId)));
    }
}
