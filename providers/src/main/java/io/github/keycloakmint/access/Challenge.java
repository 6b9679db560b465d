package io.github.keycloakmint.access;

import io.github.keycloakmint.kernel.http.ErrorCode;

/**
 * The credentials were right, and something else is needed first (contract section 6).
 *
 * @param challenge what: {@code otp} can be sent with the next call, everything else is done at {@code continueUrl}
 * @param continueUrl Keycloak's page that ends at the app
 */
record Challenge(String challenge, String continueUrl) implements ErrorCode {

    @Override
    public int status() {
        return 403;
    }

    @Override
    public String code() {
        return "challenge_required";
    }

    @Override
    public String text() {
        return switch (challenge) {
            case "otp" -> "A one-time password is required";
            case "verify_email" -> "The email address has to be verified first";
            case "update_password" -> "The password has to be changed first";
            default -> "One more step is required to sign in";
        };
    }
}
