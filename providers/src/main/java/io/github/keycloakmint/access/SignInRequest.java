package io.github.keycloakmint.access;

import io.github.keycloakmint.kernel.EmailAddress;
import io.github.keycloakmint.kernel.http.Members;
import io.github.keycloakmint.kernel.http.Refusal;
import java.util.Optional;

/**
 * A request to sign in.
 *
 * @param email normalised
 * @param password as it was sent; empty is a wrong one
 * @param totp one-time password
 * @param accountId id or alias of the account that the session is for
 */
record SignInRequest(
        String clientId,
        String email,
        String password,
        Optional<String> csrfToken,
        Optional<String> totp,
        Optional<String> accountId) {

    /** @throws Refusal 400 naming the first member that is missing or malformed */
    static SignInRequest of(Members body) {
        return new SignInRequest(
                body.text("client_id"),
                EmailAddress.of(body.text("email")),
                body.anyText("password"),
                body.optionalTextOrNull("csrf_token"),
                body.optionalTextOrNull("totp"),
                body.optionalTextOrNull("account_id"));
    }

    @Override
    public String toString() {
        return "SignInRequest"; // a password gets into no log by accident
    }
}
