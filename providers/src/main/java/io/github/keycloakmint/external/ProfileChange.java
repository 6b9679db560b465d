package io.github.keycloakmint.external;

import io.github.keycloakmint.kernel.keycloak.UserRow;
import java.util.Optional;
import org.keycloak.common.util.Time;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;

/** What a token changes about a user who exists. */
final class ProfileChange {

    private final KeycloakSession session;
    private final RealmModel realm;
    private final ForeignProfile profile;
    private final EmailPolicy emails;
    private final ForeignEmail word;

    ProfileChange(KeycloakSession session, RealmModel realm, ForeignToken token, ForeignProfile profile) {
        this.session = session;
        this.realm = realm;
        this.profile = profile;
        this.emails = new EmailPolicy(session, realm, token);
        this.word = new ForeignEmail(session, realm, token, profile);
    }

    /** Nothing is written where this is false. No query when the user is cached. */
    boolean differs(UserModel user) {
        return verifies(user)
                || word.settles(user)
                || newName(user).isPresent()
                || profile.changes().entrySet().stream().anyMatch(change -> !change.getKey()
                        .same(change.getKey().of(user), change.getValue()));
    }

    /** The foreign name that the user gets, if he gets another, or has it without its key. */
    Optional<String> newName(UserModel user) {
        return profile.given(ProfileField.USERNAME).filter(name -> !UsernamePolicy.has(name, user));
    }

    /**
     * Writes what differs, the email first, since a name may have to be it. The caller holds the user's row.
     *
     * @throws io.github.keycloakmint.kernel.http.Refusal where an email or a name is somebody else's
     */
    void write(UserModel user) {
        profile.given(ProfileField.EMAIL)
                .filter(email -> !email.equals(user.getEmail()))
                .ifPresent(email -> emails.requireFree(email, user));
        writeNew(user);
    }

    /** As {@link #write}, for an email that is known to be nobody's. */
    void writeNew(UserModel user) {
        if (profile.changes().containsKey(ProfileField.EMAIL)) {
            writeEmail(user);
        }
        if (word.settles(user)) {
            ForeignEmail.settle(user);
        }
        profile.given(ProfileField.USERNAME).ifPresent(name -> UsernamePolicy.requireOwnAddress(name, user));
        Optional<String> name = newName(user);
        name.ifPresent(free -> new UsernamePolicy(session, realm).requireFree(free, user));
        profile.changes().forEach((field, value) -> {
            boolean named = field == ProfileField.USERNAME && name.isPresent();
            if (field != ProfileField.EMAIL && (named || !field.same(field.of(user), value))) {
                field.write(user, value);
            }
        });
        touch(user);
        UserRow.flush(session);
    }

    /** Says when the user was changed last. */
    static void touch(UserModel user) {
        user.setSingleAttribute(ProfileAttributes.UPDATED_AT, Long.toString(Time.currentTimeMillis()));
    }

    /** A new address is unverified unless the token verifies it and the admin trusts this issuer's word (T22). */
    private void writeEmail(UserModel user) {
        Optional<String> email = profile.given(ProfileField.EMAIL);
        if (!email.equals(Optional.ofNullable(user.getEmail()))) {
            user.setEmail(email.orElse(null));
            user.setEmailVerified(email.isPresent() && emails.trusted(profile));
            word.remember(user);
        } else if (verifies(user)) {
            user.setEmailVerified(true);
        }
    }

    /** True where the user's address, as he has it, becomes a verified one. */
    private boolean verifies(UserModel user) {
        Optional<String> email = profile.given(ProfileField.EMAIL);
        return email.isPresent()
                && emails.trusted(profile)
                && !user.isEmailVerified()
                && email.equals(Optional.ofNullable(user.getEmail()));
    }
}
