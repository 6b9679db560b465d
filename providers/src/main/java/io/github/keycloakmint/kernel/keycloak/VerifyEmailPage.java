package io.github.keycloakmint.kernel.keycloak;

import jakarta.ws.rs.core.Response;
import java.util.Optional;
import org.keycloak.authentication.actiontoken.ActionTokenContext;
import org.keycloak.authentication.actiontoken.verifyemail.VerifyEmailActionToken;
import org.keycloak.authentication.actiontoken.verifyemail.VerifyEmailActionTokenHandler;
import org.keycloak.models.UserModel;

/** Keycloak's page for {@code verify-email} tokens, where those of {@link MailedTokens} bring their sign-up's password. */
public final class VerifyEmailPage extends VerifyEmailActionTokenHandler {

    @Override
    public int order() {
        return 100;
    }

    @Override
    public Response handleToken(VerifyEmailActionToken token, ActionTokenContext<VerifyEmailActionToken> context) {
        UserModel user = context.getAuthenticationSession().getAuthenticatedUser();
        boolean before = user.isEmailVerified();
        Response response = super.handleToken(token, context);
        if (!before && user.isEmailVerified()) {
            Optional.ofNullable(token.getNote(MailedTokens.SIGN_UP_CLAIM))
                    .ifPresent(wrapped ->
                            new SignUpPassword(context.getSession(), context.getRealm()).store(user, wrapped));
        }
        return response;
    }
}
