package io.github.keycloakmint.external;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.github.keycloakmint.kernel.EmailAddress;
import io.github.keycloakmint.kernel.http.Refusal;
import java.util.Optional;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;

/**
 * Remembers that a foreign user was given an address without his issuer's word (T22). It may be somebody else's: whoever
 * reads its mail can reset the password here, which marks it verified (Keycloak's ResetCredentialEmail), and would work in
 * an account that the foreign user's link still opens. So the link opens it no more until the issuer vouches for the
 * address. It stays so when the owner has moved on to another address: the account is his all the same.
 *
 * <p>Only the foreign user for whom the account was created is held to it, and only his issuer can settle it: another's
 * word for the address says nothing of him.
 */
final class ForeignEmail {

    private final KeycloakSession session;
    private final RealmModel realm;
    private final ForeignToken token;
    private final ForeignProfile profile;

    ForeignEmail(KeycloakSession session, RealmModel realm, ForeignToken token, ForeignProfile profile) {
        this.session = session;
        this.realm = realm;
        this.token = token;
        this.profile = profile;
    }

    /** The account is one that was created for the token's user, rather than linked to him. */
    static boolean created(RealmModel realm, ForeignToken token, UserModel user) {
        return ForeignUserId.of(realm, token.trust().provider(), token.foreignId())
                .equals(user.getId());
    }

    /**
     * The cheap questions first: most users have no such address, and of them nothing more is asked.
     *
     * @throws Refusal 409 where somebody has proved that the address is his, and it need not be the token's user
     */
    void requireOwner(UserModel user) {
        if (open(user)
                && user.isEmailVerified()
                && !vouches(user)
                && OtherDoors.any(session, realm, user, token.trust().alias())) {
            throw EmailPolicy.taken("verified_by_another");
        }
    }

    /** The token gives the word that was missing. */
    boolean settles(UserModel user) {
        return open(user) && vouches(user);
    }

    static void settle(UserModel user) {
        user.removeAttribute(ProfileAttributes.FOREIGN_EMAIL);
    }

    /** To be called when the user has got the profile's address, or has lost his. */
    void remember(UserModel user) {
        if (!created(realm, token, user)) {
            return;
        }
        Optional<String> address = profile.given(ProfileField.EMAIL).filter(email -> !profile.emailVerified());
        if (address.isPresent()) {
            user.setSingleAttribute(ProfileAttributes.FOREIGN_EMAIL, address.get());
        } else if (user.getFirstAttribute(ProfileAttributes.FOREIGN_EMAIL) != null) {
            settle(user);
        }
    }

    private boolean open(UserModel user) {
        return user.getFirstAttribute(ProfileAttributes.FOREIGN_EMAIL) != null && created(realm, token, user);
    }

    /** For the address that he has now; also where the realm doesn't take over addresses. */
    private boolean vouches(UserModel user) {
        Optional<String> email = Optional.ofNullable(user.getEmail()).flatMap(EmailAddress::parse);
        boolean given =
                profile.emailVerified() && profile.given(ProfileField.EMAIL).equals(email);
        return email.isPresent() && (given || atTop().equals(email));
    }

    /** The address that the token's top level calls verified: strictly {@code true}. */
    private Optional<String> atTop() {
        return Optional.ofNullable(token.claims().path("email").textValue())
                .filter(email ->
                        token.claims().path("email_verified").equals(JsonNodeFactory.instance.booleanNode(true)))
                .flatMap(EmailAddress::parse);
    }
}
