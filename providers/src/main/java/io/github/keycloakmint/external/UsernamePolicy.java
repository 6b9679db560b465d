package io.github.keycloakmint.external;

import io.github.keycloakmint.kernel.EmailAddress;
import io.github.keycloakmint.kernel.http.Refusal;
import io.github.keycloakmint.kernel.keycloak.UserDirectory;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;

/**
 * Whether a foreign user may go by a name. It signs nobody in (his Keycloak username is another), but apps show it, so names
 * that a reader takes for one are one: they are compared by their key ({@link Texts#key}), which is stored beside them.
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

    /** He goes by the name, and it is found by its key. */
    static boolean has(String name, UserModel user) {
        return name.equals(user.getFirstAttribute(ProfileAttributes.USERNAME))
                && Texts.key(name).equals(user.getFirstAttribute(ProfileAttributes.USERNAME_KEY));
    }

    /** Another user of the realm has a name like it as his username, his address or his foreign name: 409. */
    void requireFree(String name, UserModel user) {
        if (!free(name, user.getId())) {
            throw taken();
        }
    }

    private boolean free(String name, String userId) {
        String key = Texts.key(name);
        // Keycloak keeps usernames in lower case, and most names are their own key
        return Stream.of(name.toLowerCase(Locale.ROOT), key)
                        .distinct()
                        .noneMatch(spelling -> other(session.users().getUserByUsername(realm, spelling), userId))
                && !address(key, userId)
                && !contested(name, userId);
    }

    /** It is an address that another user has, maybe beside this one. */
    private boolean address(String key, String userId) {
        if (key.indexOf('@') < 0) {
            return false;
        }
        UserDirectory.Found found = new UserDirectory(session, realm).byEmail(key);
        return found.ambiguous()
                || found.user().filter(holder -> other(holder, userId)).isPresent();
    }

    /** A second user goes by a name like it. One query on an index. */
    boolean contested(String name, String userId) {
        try (Stream<UserModel> holders = session.users()
                .searchForUserByUserAttributeStream(realm, ProfileAttributes.USERNAME_KEY, Texts.key(name))) {
            // two are enough to tell: one of them is another
            return holders.limit(2).anyMatch(holder -> other(holder, userId));
        }
    }

    /**
     * Takes a contested name from the user, if he still goes by it, and gives him the one that he had before, if that may
     * still be his. Returns what he was given back. The caller holds the user's row.
     */
    Optional<String> giveUp(String name, Optional<String> former, UserModel user) {
        if (!name.equals(user.getFirstAttribute(ProfileAttributes.USERNAME))) {
            return Optional.empty();
        }
        Optional<String> back = former.filter(old -> !Texts.key(old).equals(Texts.key(name)))
                .filter(old -> ownAddress(old, user))
                .filter(old -> free(old, user.getId()));
        ProfileField.USERNAME.write(user, back);
        return back;
    }

    /** A name that looks like an address must be his own, and verified (T22). */
    static void requireOwnAddress(String name, UserModel user) {
        if (!ownAddress(name, user)) {
            throw ProfileRules.invalid("username", "may have an @ only as the user's own verified email address");
        }
    }

    /** Looks: there are other characters that a reader takes for an @ (U+FF20, U+FE6B). */
    private static boolean ownAddress(String name, UserModel user) {
        Optional<String> address = Optional.ofNullable(user.getEmail()).flatMap(EmailAddress::parse);
        return Texts.key(name).indexOf('@') < 0
                || (user.isEmailVerified()
                        && address.isPresent()
                        && EmailAddress.parse(name).equals(address));
    }

    static Refusal taken() {
        return Refusal.of(ExternalError.CONFLICT, "username_taken");
    }

    private static boolean other(@Nullable UserModel holder, String userId) {
        return holder != null && !holder.getId().equals(userId);
    }
}
