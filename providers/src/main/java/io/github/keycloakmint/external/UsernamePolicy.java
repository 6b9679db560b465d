package io.github.keycloakmint.external;

import io.github.keycloakmint.kernel.http.Refusal;
import java.util.stream.Stream;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;

/**
 * Whether a foreign user may go by a name. It signs nobody in (his Keycloak username is another), but apps show it.
 *
 * <p>No constraint of the database holds it: a name is looked up before it is taken, and again when the transaction that
 * took it has committed ({@link #contested}). Of two who take one name at the same moment, the later to commit sees the
 * other and gives it up, at worst both do. A local user who signs up under the name afterwards is not stopped.
 */
final class UsernamePolicy {

    private final KeycloakSession session;
    private final RealmModel realm;

    UsernamePolicy(KeycloakSession session, RealmModel realm) {
        this.session = session;
        this.realm = realm;
    }

    /**
     * Another user of the realm has the name as his username or his foreign name: 409. As an email it could only be the
     * user's own ({@link #requireOwnAddress}).
     */
    void requireFree(String name, UserModel user) {
        UserModel named = session.users().getUserByUsername(realm, name);
        if ((named != null && other(named, user.getId())) || contested(name, user.getId())) {
            throw taken();
        }
    }

    /** A second user goes by the name. One query on an index. */
    boolean contested(String name, String userId) {
        try (Stream<UserModel> holders =
                session.users().searchForUserByUserAttributeStream(realm, ProfileAttributes.USERNAME, name)) {
            // two are enough to tell: one of them is another
            return holders.limit(2).anyMatch(holder -> other(holder, userId));
        }
    }

    /** A name that looks like an address must be his own, and verified (T22). */
    static void requireOwnAddress(String name, UserModel user) {
        if (name.indexOf('@') >= 0 && !(user.isEmailVerified() && name.equalsIgnoreCase(user.getEmail()))) {
            throw ProfileRules.invalid("username", "may have an @ only as the user's own verified email address");
        }
    }

    static Refusal taken() {
        return Refusal.of(ExternalError.CONFLICT, "username_taken");
    }

    private static boolean other(UserModel holder, String userId) {
        return !holder.getId().equals(userId);
    }
}
