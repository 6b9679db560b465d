package io.github.keycloakmint.kernel.keycloak;

import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.keycloak.TokenCategory;
import org.keycloak.TokenVerifier;
import org.keycloak.authentication.actiontoken.DefaultActionToken;
import org.keycloak.authentication.actiontoken.execactions.ExecuteActionsActionToken;
import org.keycloak.authentication.actiontoken.verifyemail.VerifyEmailActionToken;
import org.keycloak.common.VerificationException;
import org.keycloak.common.util.Time;
import org.keycloak.crypto.SignatureProvider;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.credential.PasswordCredentialModel;
import org.keycloak.protocol.oidc.utils.RedirectUtils;
import org.keycloak.services.Urls;
import org.keycloak.services.resources.LoginActionsService;
import org.keycloak.services.util.ResolveRelative;

/**
 * Keycloak's own action tokens, as they go to a mailbox and come back. Keycloak's page takes them as well as the bundle's
 * doors do: an {@code execute-actions} token that asks for a new password and nothing else, and a {@code verify-email}
 * token. Each names the realm (issuer), the client it was asked through and the address that it was sent to.
 */
public final class MailedTokens {

    /** Which password the user had when the token was made (T27). */
    static final String PASSWORD_CLAIM = "mint_password";

    private static final String NO_PASSWORD = "none";
    private static final int LONGEST = 4_096;
    /** Keycloak keeps a used token's key that much longer than the token (AuthenticationManager). */
    private static final int CLOCK_SKEW = 60;

    private final KeycloakSession session;
    private final RealmModel realm;

    public MailedTokens(KeycloakSession session, RealmModel realm) {
        this.session = session;
        this.realm = realm;
    }

    /** A token that is good now, and was not used yet. */
    public record Mailed(UserModel user, ClientModel client, String key, long expires) {}

    public String forNewPassword(UserModel user, ClientModel client, int seconds) {
        ExecuteActionsActionToken token = new ExecuteActionsActionToken(
                user.getId(),
                user.getEmail(),
                Time.currentTime() + seconds,
                List.of(UserModel.RequiredAction.UPDATE_PASSWORD.name()),
                home(client),
                client.getClientId());
        token.setNote(PASSWORD_CLAIM, password(user));
        return token.serialize(session, realm, session.getContext().getUri());
    }

    public String forEmail(UserModel user, ClientModel client, int seconds) {
        VerifyEmailActionToken token = new VerifyEmailActionToken(
                user.getId(), Time.currentTime() + seconds, null, user.getEmail(), client.getClientId());
        token.setRedirectUri(home(client));
        return token.serialize(session, realm, session.getContext().getUri());
    }

    /** Keycloak's page for {@code token}, which ends at the client's own. */
    public String page(String token) {
        return LoginActionsService.actionTokenProcessor(session.getContext().getUri())
                .queryParam("key", token)
                .build(realm.getName())
                .toString();
    }

    /** Empty for whatever is not exactly a token of {@link #forNewPassword}, and after any change of password or email. */
    public Optional<Mailed> newPassword(String text) {
        return verified(text, ExecuteActionsActionToken.class, ExecuteActionsActionToken.TOKEN_TYPE)
                .filter(token ->
                        List.of(UserModel.RequiredAction.UPDATE_PASSWORD.name()).equals(token.getRequiredActions()))
                .flatMap(token ->
                        usable(token).filter(mailed -> password(mailed.user()).equals(token.getNote(PASSWORD_CLAIM))));
    }

    /** Empty for whatever is not exactly a token of {@link #forEmail}, and after any change of the email. */
    public Optional<Mailed> email(String text) {
        return verified(text, VerifyEmailActionToken.class, VerifyEmailActionToken.TOKEN_TYPE)
                .flatMap(this::usable);
    }

    /** True for exactly one of all who ask, on all nodes, Keycloak's page among them. */
    public boolean useUp(Mailed mailed) {
        long seconds = mailed.expires() - Time.currentTime() + CLOCK_SKEW;
        return FreshTransaction.insist(() ->
                FreshTransaction.run(session, fresh -> fresh.revokedTokens().put(mailed.key(), Math.max(1, seconds))));
    }

    /** What tells a user's password from the one before: when it was set. A hash that is renewed keeps it. */
    static String password(UserModel user) {
        return user.credentialManager()
                .getStoredCredentialsByTypeStream(PasswordCredentialModel.TYPE)
                .findFirst()
                .map(stored -> stored.getId() + '.' + stored.getCreatedDate())
                .orElse(NO_PASSWORD);
    }

    private <T extends DefaultActionToken> Optional<T> verified(String text, Class<T> type, String kind) {
        if (text.length() > LONGEST) {
            return Optional.empty();
        }
        try {
            TokenVerifier<T> verifier = TokenVerifier.create(text, type)
                    .withChecks(
                            TokenVerifier.IS_ACTIVE,
                            new TokenVerifier.RealmUrlCheck(Urls.realmIssuer(
                                    session.getContext().getUri().getBaseUri(), realm.getName())),
                            new TokenVerifier.TokenTypeCheck(List.of(kind)));
            // the algorithm of Keycloak's internal tokens alone, whatever the header says (T1)
            String algorithm = session.tokens().signatureAlgorithm(TokenCategory.INTERNAL);
            if (verifier.getHeader().getAlgorithm() == null
                    || !algorithm.equals(verifier.getHeader().getAlgorithm().name())
                    || verifier.getHeader().getKeyId() == null) {
                return Optional.empty();
            }
            verifier.verifierContext(session.getProvider(SignatureProvider.class, algorithm)
                    .verifier(verifier.getHeader().getKeyId()));
            return Optional.of(verifier.verify().getToken());
        } catch (VerificationException e) {
            // whatever is wrong with it, the caller is told the same
            return Optional.empty();
        }
    }

    private Optional<Mailed> usable(DefaultActionToken token) {
        @Nullable UUID nonce = token.getActionVerificationNonce();
        @Nullable Long expires = token.getExp();
        if (nonce == null || expires == null || token.getUserId() == null || token.getIssuedFor() == null) {
            return Optional.empty();
        }
        @Nullable UserModel user = session.users().getUserById(realm, token.getUserId());
        @Nullable ClientModel client = realm.getClientByClientId(token.getIssuedFor());
        return user == null
                        || client == null
                        || !user.isEnabled()
                        || token.getEmail() == null
                        || !token.getEmail().equals(user.getEmail())
                        || issuedTooEarly(token, user, client)
                        || session.revokedTokens().contains(token.serializeKey())
                ? Optional.empty()
                : Optional.of(new Mailed(user, client, token.serializeKey(), expires));
    }

    private boolean issuedTooEarly(DefaultActionToken token, UserModel user, ClientModel client) {
        @Nullable Long issued = token.getIat();
        return issued == null
                || issued < realm.getNotBefore()
                || issued < client.getNotBefore()
                || issued < session.users().getNotBeforeOfUser(realm, user);
    }

    /** Where Keycloak's page leads back to: the client's base address, where it is one of its redirect addresses. */
    private @Nullable String home(ClientModel client) {
        @Nullable String home = ResolveRelative.resolveRelativeUri(session, client.getRootUrl(), client.getBaseUrl());
        return home == null ? null : RedirectUtils.verifyRedirectUri(session, home, client);
    }
}
