package io.github.keycloakmint.external;

import io.github.keycloakmint.kernel.keycloak.UserRow;
import java.util.Optional;
import org.keycloak.common.util.Time;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;

/** What a token changes about a user who exists. */
final class ProfileChange {

    private final ForeignToken token;
    private final ForeignProfile profile;

    ProfileChange(ForeignToken token, ForeignProfile profile) {
        this.token = token;
        this.profile = profile;
    }

    /** Nothing is written where this is false. No query when the user is cached. */
    boolean differs(UserModel user) {
        return verifies(user)
                || profile.changes().entrySet().stream().anyMatch(change -> !change.getKey()
                        .same(change.getKey().of(user), change.getValue()));
    }

    /** The foreign name that the user gets, if he gets another. */
    Optional<String> newName(UserModel user) {
        Optional<String> name = profile.given(ProfileField.USERNAME);
        return name.equals(ProfileField.USERNAME.of(user)) ? Optional.empty() : name;
    }

    /**
     * Writes what differs, the email first, since a name may have to be it. The caller holds the user's row.
     *
     * @throws io.github.keycloakmint.kernel.http.Refusal where an email or a name is somebody else's
     */
    void write(KeycloakSession session, RealmModel realm, UserModel user) {
        profile.given(ProfileField.EMAIL)
                .filter(email -> !email.equals(user.getEmail()))
                .ifPresent(email -> new EmailPolicy(session, realm, token).requireFree(email, user));
        writeNew(session, realm, user);
    }

    /** As {@link #write}, for an email that is known to be nobody's. */
    void writeNew(KeycloakSession session, RealmModel realm, UserModel user) {
        if (profile.changes().containsKey(ProfileField.EMAIL)) {
            writeEmail(user);
        }
        profile.given(ProfileField.USERNAME).ifPresent(name -> UsernamePolicy.requireOwnAddress(name, user));
        newName(user).ifPresent(name -> new UsernamePolicy(session, realm).requireFree(name, user));
        profile.changes().forEach((field, value) -> {
            if (field != ProfileField.EMAIL && !field.same(field.of(user), value)) {
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
            user.setEmailVerified(email.isPresent() && trusted());
        } else if (verifies(user)) {
            user.setEmailVerified(true);
        }
    }

    /** True where the user's address, as he has it, becomes a verified one. */
    private boolean verifies(UserModel user) {
        Optional<String> email = profile.given(ProfileField.EMAIL);
        return email.isPresent()
                && trusted()
                && !user.isEmailVerified()
                && email.equals(Optional.ofNullable(user.getEmail()));
    }

    private boolean trusted() {
        return profile.emailVerified()
                && Boolean.TRUE.equals(token.trust().provider().isTrustEmail());
    }
}
