package io.github.keycloakmint.mint;

import io.github.keycloakmint.kernel.EmailAddress;
import io.github.keycloakmint.kernel.http.Members;
import io.github.keycloakmint.kernel.http.Refusal;
import java.util.Optional;
import java.util.Set;

/**
 * A request for a token.
 *
 * @param email normalised
 * @param platformId of the platform that the user must belong to
 * @param expiresIn seconds
 * @param reason why, in the caller's words
 * @param audience the one audience that the token is for
 */
record TokenForEmailRequest(
        String email, long platformId, Optional<Long> expiresIn, Optional<String> reason, Optional<String> audience) {

    static final int LONGEST_REASON = 200;

    private static final Set<Integer> UNPRINTABLE = Set.of(
            (int) Character.CONTROL,
            (int) Character.FORMAT,
            (int) Character.LINE_SEPARATOR,
            (int) Character.PARAGRAPH_SEPARATOR,
            (int) Character.SURROGATE,
            (int) Character.PRIVATE_USE,
            (int) Character.UNASSIGNED);

    /** @throws Refusal 400 naming the first member that is missing or malformed */
    static TokenForEmailRequest of(Members body) {
        String email = EmailAddress.of(body.text("email"));
        long platformId = body.integer("platformId");
        Optional<Long> expiresIn = body.optionalInteger("expiresIn");
        if (expiresIn.isPresent() && expiresIn.get() < 1) {
            throw Refusal.badInput("`expiresIn` must be at least 1", "malformed_expiresIn");
        }
        Optional<String> reason = body.optionalText("reason");
        if (reason.isPresent() && !printable(reason.get())) {
            throw Refusal.badInput(
                    "`reason` must be at most " + LONGEST_REASON + " printable characters", "malformed_reason");
        }
        return new TokenForEmailRequest(email, platformId, expiresIn, reason, body.optionalText("audience"));
    }

    /**
     * Letters, marks, digits, signs and blanks of the basic plane, something visible among them. Other planes are left out
     * because not every database that Keycloak runs on keeps them in such a column.
     */
    private static boolean printable(String text) {
        return text.length() <= LONGEST_REASON
                && text.chars().noneMatch(unit -> UNPRINTABLE.contains(Character.getType(unit)))
                && text.chars().anyMatch(unit -> !Character.isSpaceChar(unit));
    }
}
