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
        Optional<String> csrfToken) {

    /** Keycloak's column of either name. */
    private static final int LONGEST_NAME = 255;

    static SignUpRequest of(Members body) {
        Optional<String> name = body.optionalText("name");
        Optional<String> firstName = body.optionalText("first_name");
        Optional<String> lastName = body.optionalText("last_name");
        if (name.isPresent() && (firstName.isPresent() || lastName.isPresent())) {
            throw Refusal.badInput("`name` goes without `first_name` and `last_name`", "malformed_name");
        }
        if (body.has("invitation")) {
            throw Refusal.badInput("`invitation` is not supported", "invitation");
        }
        PersonName split = name.map(PersonName::split).orElse(PersonName.NONE);
        return new SignUpRequest(
                body.text("client_id"),
                EmailAddress.of(body.text("email")),
                body.text("password"),
                name.isPresent() ? split.first() : firstName.map(part -> bounded("first_name", part)),
                name.isPresent() ? split.last() : lastName.map(part -> bounded("last_name", part)),
                name.isPresent(),
                body.optionalText("account_name").map(SignUpRequest::accountName),
                body.optionalText("csrf_token"));
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
