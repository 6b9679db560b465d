package io.github.keycloakmint.kernel.keycloak;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.UUID;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.SubjectCredentialManager;
import org.keycloak.models.UserModel;

/**
 * The user who stands for an account where a token needs one (T34). Hidden as the service account of a client is, which it
 * is not: its link is no client's id. Keycloak lets nobody sign in as a user with such a link (AuthenticationProcessor,
 * ValidateUsername), takes none of its tokens at account REST (AccountLoader), and leaves it out of lists of users and
 * members (JpaUserProvider), a search by name among users alone finds it. No email, no credential, no role, no membership.
 */
public final class AccountSubject {

    static final String LINK = "keycloak-mint:account:";
    static final String NAME = "mint:account:";

    private AccountSubject() {}

    /** The same on every node and at every time, so that two who make it make one. */
    public static String id(RealmModel realm, String accountId) {
        byte[] name = (LINK + realm.getId() + ':' + accountId).getBytes(StandardCharsets.UTF_8);
        return UUID.nameUUIDFromBytes(name).toString();
    }

    /**
     * Makes him where there is none. Whoever has his id without being him is made anew, with nothing of what he had: an export
     * leaves out a link that is no client's id, and what is imported from it is a user like any other. Whatever somebody gave
     * him to sign in with is taken away.
     */
    public static UserModel ensure(KeycloakSession session, RealmModel realm, String accountId) {
        Optional<UserModel> found = find(session, realm, accountId);
        found.filter(user -> !linked(user, accountId))
                .ifPresent(other -> session.users().removeUser(realm, other));
        UserModel subject =
                found.filter(user -> linked(user, accountId)).orElseGet(() -> make(session, realm, accountId));
        if (subject.getEmail() != null) {
            subject.setEmail(null);
        }
        SubjectCredentialManager credentials = subject.credentialManager();
        credentials
                .getStoredCredentialsStream()
                .toList()
                .forEach(each -> credentials.removeStoredCredentialById(each.getId()));
        return subject;
    }

    private static UserModel make(KeycloakSession session, RealmModel realm, String accountId) {
        // a colon is in no name that a user can choose (UsernameProhibitedCharactersValidator)
        UserModel made = session.users().addUser(realm, id(realm, accountId), NAME + accountId, false, false);
        made.setServiceAccountClientLink(LINK + accountId);
        made.setEnabled(true);
        return made;
    }

    private static boolean linked(UserModel user, String accountId) {
        return (LINK + accountId).equals(user.getServiceAccountClientLink());
    }

    /** Whether {@code user} is the one who stands for the account, and nothing can be mailed to him. */
    public static boolean stands(UserModel user, String accountId) {
        return linked(user, accountId) && user.getEmail() == null;
    }

    /** Whether there is nothing that he could sign in with. */
    public static boolean bare(UserModel user) {
        return user.credentialManager().getStoredCredentialsStream().findAny().isEmpty();
    }

    public static void remove(KeycloakSession session, RealmModel realm, String accountId) {
        find(session, realm, accountId).ifPresent(subject -> session.users().removeUser(realm, subject));
    }

    private static Optional<UserModel> find(KeycloakSession session, RealmModel realm, String accountId) {
        return Optional.ofNullable(session.users().getUserById(realm, id(realm, accountId)));
    }
}
