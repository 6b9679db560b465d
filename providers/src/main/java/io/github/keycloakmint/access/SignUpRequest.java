package io.github.keycloakmint.access;

import io.github.keycloakmint.kernel.EmailAddress;
import io.github.keycloakmint.kernel.PersonName;
import io.github.keycloakmint.kernel.http.Members;
import io.github.keycloakmint.kernel.http.Refusal;
import io.github.keycloakmint.kernel.keycloak.AccountName;
import java.util.Optional;

/**
 * What somebody says of himself who wants to become a user. Nothing else of the body is looked at: rights, ids and whether
 * an email is verified are not for him to say.
 *
 * @param oneName whether both names came as one
 */
record SignUpRequest(
        String clientId,
        String email,
        String password,
        Optional<String> firstName,
        Optional<String> lastName,
        boolean oneName,
        Optional<String> accountName,
        Optional<String> invitation,
        Optional<String> csrfToken) {

    /** Keycloak's column of either name. */
    private static final int LONGEST_NAME = 255;

    static SignUpRequest of(Members body) {
        Optional<String> name = body.optionalTextOrNull("name");
        Optional<String> firstName = body.optionalTextOrNull("first_name");
        Optional<String> lastName = body.optionalTextOrNull("last_name");
        if (name.isPresent() && (firstName.isPresent() || lastName.isPresent())) {
            throw Refusal.badInput("`name` goes without `first_name` and `last_name`", "malformed_name");
        }
        Optional<String> accountName = body.optionalTextOrNull("account_name");
        Optional<String> invitation = body.optionalTextOrNull("invitation");
        if (accountName.isPresent() && invitation.isPresent()) {
            throw Refusal.badInput("`invitation` goes without `account_name`", "malformed_invitation");
        }
        PersonName split = name.map(PersonName::split).orElse(PersonName.NONE);
        return new SignUpRequest(
                body.text("client_id"),
                EmailAddress.of(body.text("email")),
                body.text("password"),
                name.isPresent() ? split.first() : firstName.map(part -> bounded("first_name", part)),
                name.isPresent() ? split.last() : lastName.map(part -> bounded("last_name", part)),
                name.isPresent(),
                accountName.map(SignUpRequest::accountName),
                invitation,
                body.optionalTextOrNull("csrf_token"));
    }

    private static String bounded(String member, String value) {
        if (value.length() > LONGEST_NAME) {
            throw Refusal.badInput("`" + member + "` is too long", "malformed_" + member);
        }
        return value;
    }

    private static String accountName(String given) {
        return AccountName.parse(given)
                .orElseThrow(
                        () -> Refusal.badInput("`account_name` must be a printable name", "malformed_account_name"));
    }

    /** To sign in with, once it is done. */
    SignInRequest signIn() {
        return new SignInRequest(clientId, email, password, csrfToken, Optional.empty(), Optional.empty());
    }

    /** The member of the body that a profile's attribute came from. */
    String member(String attribute) {
        return switch (attribute) {
            case "username" -> "email";
            case "firstName" -> oneName ? "name" : "first_name";
            case "lastName" -> oneName ? "name" : "last_name";
            default -> attribute;
        };
    }

    @Override
    public String toString() {
        return "SignUpRequest"; // a password gets into no log by accident
    }
}
