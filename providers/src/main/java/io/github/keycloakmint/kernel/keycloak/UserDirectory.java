package io.github.keycloakmint.kernel.keycloak;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.ModelDuplicateException;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;

/** Look-ups of users that give at most one answer, and know when there would be two. */
public final class UserDirectory {

    private final KeycloakSession session;
    private final RealmModel realm;

    public UserDirectory(KeycloakSession session, RealmModel realm) {
        this.session = session;
        this.realm = realm;
    }

    /** What was found: nobody, one user, or more than one. */
    public record Found(Optional<UserModel> user, boolean ambiguous) {
        static final Found NOBODY = new Found(Optional.empty(), false);
        static final Found SEVERAL = new Found(Optional.empty(), true);

        static Found of(Stream<UserModel> users) {
            List<UserModel> first = users.limit(2).toList();
            return switch (first.size()) {
                case 0 -> NOBODY;
                case 1 -> new Found(Optional.of(first.get(0)), false);
                default -> SEVERAL;
            };
        }
    }

    /** By email, already normalised. One query when nobody is found, none when a cached user is. */
    public Found byEmail(String email) {
        if (realm.isDuplicateEmailsAllowed()) {
            return Found.of(session.users()
                    .searchForUserStream(
                            realm,
                            Map.of(
                                    UserModel.EMAIL, email,
                                    UserModel.EXACT, "true",
                                    UserModel.INCLUDE_SERVICE_ACCOUNT, "true"))
                    .filter(user -> same(email, user)));
        }
        try {
            return Optional.ofNullable(session.users().getUserByEmail(realm, email))
                    .filter(user -> same(email, user))
                    .map(user -> new Found(Optional.of(user), false))
                    .orElse(Found.NOBODY);
        } catch (ModelDuplicateException e) {
            // a realm that once allowed duplicates (JpaUserProvider.ensureEmailConstraint)
            return Found.SEVERAL;
        }
    }

    /** Some databases compare without accents or case: what they call equal is not always the same address. */
    private static boolean same(String email, UserModel user) {
        return user.getEmail() != null
                && user.getEmail().toLowerCase(Locale.ROOT).equals(email);
    }

    /** Whether a second user has this value of an attribute. One query. */
    public boolean unique(String attribute, String value) {
        return session.users()
                        .searchForUserByUserAttributeStream(realm, attribute, value)
                        .limit(2)
                        .count()
                < 2;
    }

    /**
     * The work of looking up nobody. A user that is found comes from the cache and one that is not costs a query, so
     * refusing a user who exists would be the faster answer; whoever refuses him does this as well (T16).
     */
    public void lookUpNobody() {
        // where duplicates are allowed, every look-up is a query anyway
        if (!realm.isDuplicateEmailsAllowed()) {
            byEmail(NobodysName.fresh());
        }
    }
}
