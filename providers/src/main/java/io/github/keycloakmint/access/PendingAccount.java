package io.github.keycloakmint.access;

import io.github.keycloakmint.kernel.Attributes;
import io.github.keycloakmint.kernel.keycloak.AccountName;
import io.github.keycloakmint.kernel.keycloak.Accounts;
import io.github.keycloakmint.kernel.keycloak.AdminOnlyAttribute;
import io.github.keycloakmint.kernel.keycloak.UserRow;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;

/**
 * The account that a user asked for when he signed up, made once his email is verified. Its name waits in an attribute
 * of his; where the realm's profile lets users write that, none is kept.
 */
final class PendingAccount {

    static final String ATTRIBUTE = "mint.pending-account";

    private static final Logger LOG = Logger.getLogger(PendingAccount.class);

    private final KeycloakSession session;
    private final RealmModel realm;

    PendingAccount(KeycloakSession session, RealmModel realm) {
        this.session = session;
        this.realm = realm;
    }

    /** Whether users of the realm may make accounts when they sign up. A setting that can't be read allows nothing. */
    static boolean allowed(RealmModel realm) {
        try {
            return Accounts.selfMade(realm);
        } catch (Attributes.BadAttribute e) {
            LOG.error(e.getMessage());
            return false;
        }
    }

    /** True where nobody can give himself one by writing the attribute. */
    boolean safe() {
        boolean safe = AdminOnlyAttribute.guarded(session, ATTRIBUTE);
        if (!safe) {
            LOG.errorf("Realm '%s' lets users edit %s: sign-up takes no account_name", realm.getName(), ATTRIBUTE);
        }
        return safe;
    }

    static void keep(UserModel user, String name) {
        user.setSingleAttribute(ATTRIBUTE, name);
    }

    static boolean waitsFor(UserModel user) {
        return user.getFirstAttribute(ATTRIBUTE) != null;
    }

    /** As below, in the transaction of {@code session}, which has not touched the user yet. True where there is such a user. */
    static boolean fulfil(KeycloakSession session, String userId) {
        RealmModel realm = session.getContext().getRealm();
        Optional<UserModel> locked = UserRow.lock(session, realm, userId);
        locked.ifPresent(user -> new PendingAccount(session, realm).fulfil(user));
        return locked.isPresent();
    }

    /**
     * Makes the account of a user whose email is verified, if one waits. Under the user's row: of two who do this at the same
     * moment, one finds that none waits.
     */
    void fulfil(UserModel user) {
        Optional<String> name =
                Optional.ofNullable(user.getFirstAttribute(ATTRIBUTE)).flatMap(AccountName::parse);
        if (!waitsFor(user) || !user.isEmailVerified()) {
            return;
        }
        user.removeAttribute(ATTRIBUTE);
        Accounts accounts = new Accounts(session, realm);
        if (name.isPresent() && allowed(realm) && !accounts.full(user)) {
            accounts.create(name.get(), user);
        }
    }
}
