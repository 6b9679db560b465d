package io.github.keycloakmint.kernel.keycloak;

import jakarta.ws.rs.core.Response;
import java.util.Arrays;
import java.util.stream.Stream;
import org.keycloak.TokenVerifier.Predicate;
import org.keycloak.authentication.actiontoken.ActionTokenContext;
import org.keycloak.authentication.actiontoken.TokenUtils;
import org.keycloak.authentication.actiontoken.execactions.ExecuteActionsActionToken;
import org.keycloak.authentication.actiontoken.execactions.ExecuteActionsActionTokenHandler;
import org.keycloak.events.Errors;
import org.keycloak.models.UserModel;
import org.keycloak.services.messages.Messages;

/**
 * Keycloak's page for {@code execute-actions} tokens, where those of {@link MailedTokens} are good once, and for the
 * password that they were made for (T27). Others are Keycloak's, as before.
 */
public final class NewPasswordPage extends ExecuteActionsActionTokenHandler {

    @Override
    public int order() {
        return 100;
    }

    @Override
    @SuppressWarnings("unchecked") // an array of a generic type, as Keycloak has it
    public Predicate<? super ExecuteActionsActionToken>[] getVerifiers(
            ActionTokenContext<ExecuteActionsActionToken> context) {
        Predicate<? super ExecuteActionsActionToken>[] ours = TokenUtils.predicates(TokenUtils.checkThat(
                token -> !mailed(token)
                        || PasswordMark.of(context.getAuthenticationSession().getAuthenticatedUser())
                                .equals(token.getNote(MailedTokens.PASSWORD_CLAIM)),
                Errors.EXPIRED_CODE,
                Messages.EXPIRED_ACTION));
        return Stream.concat(Arrays.stream(super.getVerifiers(context)), Arrays.stream(ours))
                .toArray(Predicate[]::new);
    }

    /** By our token a user shows that his email is his as much as he does at our own door. */
    @Override
    public Response handleToken(
            ExecuteActionsActionToken token, ActionTokenContext<ExecuteActionsActionToken> context) {
        UserModel user = context.getAuthenticationSession().getAuthenticatedUser();
        boolean before = user.isEmailVerified();
        Response response = super.handleToken(token, context);
        if (mailed(token) && !before && user.isEmailVerified()) {
            EarlierWaysIn.remove(context.getSession(), context.getRealm(), user);
        }
        return response;
    }

    @Override
    public boolean canUseTokenRepeatedly(
            ExecuteActionsActionToken token, ActionTokenContext<ExecuteActionsActionToken> context) {
        return !mailed(token) && super.canUseTokenRepeatedly(token, context);
    }

    private static boolean mailed(ExecuteActionsActionToken token) {
        return token.getNote(MailedTokens.PASSWORD_CLAIM) != null;
    }
}
