package io.github.keycloakmint.kernel.keycloak;

import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.keycloak.TokenCategory;
import org.keycloak.TokenVerifier;
import org.keycloak.authentication.actiontoken.DefaultActionToken;
import org.keycloak.authentication.actiontoken.execactions.ExecuteActionsActionToken;
import org.keycloak.authentication.actiontoken.verifyemail.VerifyEmailActionToken;
import org.keycloak.common.Profile;
import org.keycloak.common.VerificationException;
import org.keycloak.common.util.Time;
import org.keycloak.crypto.SignatureProvider;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
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

    /** The password of whoever signs up, sealed ({@link SignUpPassword}); it goes with the mail and is stored nowhere else. */
    static final String SIGN_UP_CLAIM = "mint_sign_up";

    private static final int LONGEST = 4_096;
    /** Keycloak keeps a used token's key that much longer than the token (AuthenticationManager). */
    private static final int CLOCK_SKEW = 60;

    private final KeycloakSession session;
    private final RealmModel realm;

    public MailedTokens(KeycloakSession session, RealmModel realm) {
        this.session = session;
        this.realm = realm;
    }

    /**
     * A token that was good, and not used yet, when it was looked at.
     *
     * @param clientId of the client that it was asked through
     * @param password the user's by then ({@link PasswordMark})
     * @param signUp sealed ({@link SignUpPassword})
     */
    public record Mailed(
            String userId,
            String clientId,
            String email,
            String key,
            long expires,
            String password,
            Optional<String> signUp) {

        /** Whether {@code user}, who may have changed meanwhile, is still the one that the token was made for. */
        public boolean holdsFor(UserModel user) {
            return user.isEnabled() && email.equals(user.getEmail());
        }

        /** As above, and has the same password. */
        public boolean holdsForPasswordOf(UserModel user) {
            return holdsFor(user) && password.equals(PasswordMark.of(user));
        }

        @Override
        public String toString() {
            return "Mailed"; // the key gets into no log by accident
        }
    }

    public String forNewPassword(UserModel user, ClientModel client, int seconds) {
        ExecuteActionsActionToken token = new ExecuteActionsActionToken(
                user.getId(),
                user.getEmail(),
                Time.currentTime() + seconds,
                List.of(UserModel.RequiredAction.UPDATE_PASSWORD.name()),
                home(client),
                client.getClientId());
        token.setNote(PASSWORD_CLAIM, PasswordMark.of(user));
        return token.serialize(session, realm, session.getContext().getUri());
    }

    /** @param signUp sealed password of whoever signed up with the email, to be his once he follows the link */
    public String forEmail(UserModel user, ClientModel client, int seconds, Optional<String> signUp) {
        VerifyEmailActionToken token = new VerifyEmailActionToken(
                user.getId(), Time.currentTime() + seconds, null, user.getEmail(), client.getClientId());
        token.setRedirectUri(home(client));
        signUp.ifPresent(wrapped -> token.setNote(SIGN_UP_CLAIM, wrapped));
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
                        aside(token).filter(mailed -> mailed.password().equals(token.getNote(PASSWORD_CLAIM))));
    }

    /** Empty for whatever is not exactly a token of {@link #forEmail}, and after any change of the email. */
    public Optional<Mailed> email(String text) {
        return verified(text, VerifyEmailActionToken.class, VerifyEmailActionToken.TOKEN_TYPE)
                .flatMap(this::aside);
    }

    /**
     * True for exactly one of all who ask, on all nodes, Keycloak's page among them.
     *
     * <p>Keycloak asks its cache who is first, and then has everybody, those who lost too, write the key's row
     * (InfinispanSingleUseObjectProvider.putIfAbsent). A loser who writes sooner violates the winner's insert; the cache goes on
     * saying that the key is taken, so whoever was told that he is first stays it when the write is done again. With the
     * feature {@code stateless} there is no such cache: what was rolled back is not taken, and the last answer is the true one.
     */
    public boolean useUp(Mailed mailed) {
        long seconds = Math.max(1, mailed.expires() - Time.currentTime() + CLOCK_SKEW);
        boolean outlivesRollback = !Profile.isFeatureEnabled(Profile.Feature.STATELESS);
        AtomicBoolean told = new AtomicBoolean();
        boolean last = FreshTransaction.insist(() -> FreshTransaction.run(session, fresh -> {
            boolean first = fresh.revokedTokens().put(mailed.key(), seconds);
            told.compareAndSet(false, first);
            return first;
        }));
        return last || outlivesRollback && told.get();
    }

    /**
     * In a transaction of its own, which is over before the next one begins: whoever uses the token needs another one, and
     * no request holds two connections.
     */
    private Optional<Mailed> aside(DefaultActionToken token) {
        return FreshTransaction.run(session, fresh -> {
            @Nullable RealmModel same = fresh.getContext().getRealm();
            return same == null ? Optional.empty() : new MailedTokens(fresh, same).usable(token);
        });
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
                : Optional.of(new Mailed(
                        user.getId(),
                        client.getClientId(),
                        token.getEmail(),
                        token.serializeKey(),
                        expires,
                        PasswordMark.of(user),
                        Optional.ofNullable(token.getNote(SIGN_UP_CLAIM))));
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
