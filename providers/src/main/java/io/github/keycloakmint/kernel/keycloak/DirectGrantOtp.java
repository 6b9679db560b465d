package io.github.keycloakmint.kernel.keycloak;

import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.core.Response;
import java.util.stream.Stream;
import org.keycloak.OAuthErrorException;
import org.keycloak.authentication.AuthenticationFlowContext;
import org.keycloak.authentication.authenticators.directgrant.ValidateOTP;
import org.keycloak.services.managers.AuthenticationManager;

/**
 * Keycloak's OTP step of a direct-grant flow, but that a missing code after a right password is asked for: Keycloak's own
 * answers it like a wrong password, and counts it as one. A wrong code is a wrong code as ever, and is counted (T32).
 */
public final class DirectGrantOtp extends ValidateOTP {

    public static final String ID = "mint-direct-grant-otp";

    /** The event's word for a code that is asked for. */
    static final String REQUIRED = "otp_required";

    @Override
    public void authenticate(AuthenticationFlowContext context) {
        boolean asks = configuredFor(context.getSession(), context.getRealm(), context.getUser())
                && missing(context.getHttpRequest().getDecodedFormParameters())
                // a flow that asks for the code first must not tell who has one
                && "true"
                        .equals(context.getAuthenticationSession()
                                .getAuthNote(AuthenticationManager.PASSWORD_VALIDATED));
        if (!asks) {
            super.authenticate(context);
            return;
        }
        context.getEvent().user(context.getUser());
        context.getEvent().error(REQUIRED);
        // forced, and no failure: nothing is counted
        context.forceChallenge(errorResponse(
                Response.Status.BAD_REQUEST.getStatusCode(),
                OAuthErrorException.INVALID_GRANT,
                "A one-time password is required"));
    }

    private static boolean missing(MultivaluedMap<String, String> form) {
        return Stream.of("otp", "totp").map(form::getFirst).allMatch(code -> code == null || code.isEmpty());
    }

    @Override
    public String getDisplayType() {
        return "OTP, asked for where it is missing (keycloak-mint)";
    }

    @Override
    public String getHelpText() {
        return "Validates the one-time password sent as 'totp'. Where it is missing after a right password, it is asked for"
                + " and no failure is counted.";
    }

    @Override
    public String getId() {
        return ID;
    }
}
