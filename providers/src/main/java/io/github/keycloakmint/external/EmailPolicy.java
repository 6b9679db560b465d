package io.github.keycloakmint.external;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.keycloakmint.external.Trust.LinkPolicy;
import io.github.keycloakmint.external.Trust.Preset;
import io.github.keycloakmint.kernel.http.Refusal;
import io.github.keycloakmint.kernel.keycloak.AdminStanding;
import io.github.keycloakmint.kernel.keycloak.FreshTransaction;
import io.github.keycloakmint.kernel.keycloak.UserDirectory;
import java.util.Locale;
import java.util.Optional;
import org.keycloak.models.FederatedIdentityModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.storage.StorageId;

/** Who an email belongs to, and whether its owner may be handed to a foreign user (T22). */
final class EmailPolicy {

    private final KeycloakSession session;
    private final RealmModel realm;
    private final ForeignToken token;

    EmailPolicy(KeycloakSession session, RealmModel realm, ForeignToken token) {
        this.session = session;
        this.realm = realm;
        this.token = token;
    }

    /**
     * The account that this foreign user takes over by his email; empty where nobody has it.
     *
     * @throws Refusal 409 where somebody has it who may not be taken over
     */
    Optional<UserModel> accountToLink(ForeignProfile profile) {
        Optional<String> email = profile.given(ProfileField.EMAIL);
        if (email.isEmpty()) {
            return Optional.empty();
        }
        UserDirectory.Found found = new UserDirectory(session, realm).byEmail(email.get());
        if (found.ambiguous()) {
            throw taken("email_ambiguous");
        }
        found.user().ifPresent(holder -> requireLinkable(holder, profile));
        if (found.user().isEmpty()) {
            requireNoUsername(email.get(), "");
        }
        return found.user();
    }

    /**
     * What of {@code profile} the user who exists may get. Keycloak mails password resets to a user's address, verified or
     * not: whoever changes it takes over the whole account, be his own way in as narrow as it may. So an issuer alone
     * changes no address of an account that others have a way into or that is not of his making, unless it is trusted
     * with addresses and says whose this one is; an administrator's it never changes. No query where the address is the
     * user's already.
     */
    ForeignProfile permitted(ForeignProfile profile, UserModel user) {
        boolean changes = profile.changes().containsKey(ProfileField.EMAIL)
                && !profile.given(ProfileField.EMAIL).equals(Optional.ofNullable(user.getEmail()));
        return changes && !mayChange(profile, user) ? profile.keepingEmail() : profile;
    }

    private boolean mayChange(ForeignProfile profile, UserModel user) {
        return (trusted(profile) || issuersAlone(user)) && !AdminStanding.isAdmin(session, realm, user);
    }

    /** The token verifies its address, and the admin trusts this issuer's word (T22). */
    boolean trusted(ForeignProfile profile) {
        return profile.emailVerified()
                && Boolean.TRUE.equals(token.trust().provider().isTrustEmail());
    }

    private boolean issuersAlone(UserModel user) {
        return ForeignEmail.created(realm, token, user)
                && !OtherDoors.any(session, realm, user, token.trust().alias());
    }

    /** For an email that a user is to get who has another: it must be nobody's. */
    void requireFree(String email, UserModel user) {
        UserDirectory.Found found = new UserDirectory(session, realm).byEmail(email);
        if (found.ambiguous()
                || found.user()
                        .filter(holder -> !holder.getId().equals(user.getId()))
                        .isPresent()) {
            throw taken("email_taken");
        }
        requireNoUsername(email, user.getId());
    }

    /** An email that is a local user's username would keep him from signing in (KeycloakModelUtils.findUserByNameOrEmail). */
    private void requireNoUsername(String email, String userId) {
        UserModel named = session.users().getUserByUsername(realm, email);
        if (named != null && !named.getId().equals(userId)) {
            throw taken("email_is_username");
        }
    }

    private void requireLinkable(UserModel holder, ForeignProfile profile) {
        if (ForeignEmail.created(realm, token, holder)) {
            // he himself: made by a call beside this one, after this one had looked for him by his foreign id
            throw new FreshTransaction.Overtaken();
        }
        if (!policyAllows(profile) || !holder.isEmailVerified()) {
            throw taken("link_refused");
        }
        boolean local = StorageId.isLocalStorage(holder.getId()) && holder.getFederationLink() == null;
        if (!local || holder.getServiceAccountClientLink() != null) {
            throw taken("link_refused");
        }
        // FEDERATED_IDENTITY is keyed by provider and user: a second foreign user would push out the first
        FederatedIdentityModel link = session.users()
                .getFederatedIdentity(realm, holder, token.trust().alias());
        if (link != null) {
            // his own: made by a call beside this one, which the next look finds
            throw link.getUserId().equals(token.foreignId())
                    ? new FreshTransaction.Overtaken()
                    : taken("linked_already");
        }
        // last, since it is the dearest: an issuer must not be able to sign in as an administrator
        if (AdminStanding.isAdmin(session, realm, holder)) {
            throw taken("link_of_admin");
        }
    }

    private boolean policyAllows(ForeignProfile profile) {
        LinkPolicy policy = token.trust().linking();
        boolean vouched =
                policy == LinkPolicy.LINK_TRUSTED || (policy == LinkPolicy.LINK_VERIFIED && profile.emailVerified());
        return vouched && googleSpeaksFor(profile.given(ProfileField.EMAIL).orElse(""));
    }

    /**
     * Google vouches for addresses of its own and of its Workspace customers ({@code hd}); any other was verified when the
     * account was made, and may be somebody else's today. Through Firebase it is the same word, and without the {@code hd}.
     */
    private boolean googleSpeaksFor(String email) {
        boolean throughFirebase =
                "google.com".equals(claim(token.claims().path("firebase").path("sign_in_provider")));
        if (token.trust().preset() != Preset.GOOGLE && !throughFirebase) {
            return true;
        }
        boolean customers =
                !throughFirebase && !claim(token.claims().path("hd")).isBlank();
        return customers || email.toLowerCase(Locale.ROOT).endsWith("@gmail.com");
    }

    /** A text, as Google writes it: whatever else is there says nothing. */
    private static String claim(JsonNode node) {
        return Optional.ofNullable(node.textValue()).orElse("");
    }

    static Refusal taken(String cause) {
        return Refusal.of(ExternalError.EMAIL_CONFLICT, cause);
    }
}
