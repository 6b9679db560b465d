package io.github.keycloakmint.mint;

import io.github.keycloakmint.kernel.http.Members;
import io.github.keycloakmint.kernel.http.Refusal;
import java.util.Optional;

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

    /** @throws Refusal 400 naming the first member that is missing or malformed */
    static TokenForEmailRequest of(Members body) {
        String email = EmailAddress.of(body.text("email"));
        long platformId = body.integer("platformId");
        Optional<Long> expiresIn = body.optionalInteger("expiresIn");
        if (expiresIn.isPresent() && expiresIn.get() < 1) {
            throw Refusal.badInput("`expiresIn` must be at least 1", "malformed_expiresIn");
        }
        Optional<String> reason = body.optionalText("reason").map(String::trim).filter(text -> !text.isEmpty());
        if (reason.isPresent() && !printable(reason.get())) {
            throw Refusal.badInput(
                    "`reason` must be at most " + LONGEST_REASON + " printable characters", "malformed_reason");
        }
        return new TokenForEmailRequest(email, platformId, expiresIn, reason, body.optionalText("audience"));
    }

    private static boolean printable(String text) {
        return text.length() <= LONGEST_REASON
                && text.codePoints()
                        .noneMatch(point -> Character.isISOControl(point)
                                || Character.getType(point) == Character.LINE_SEPARATOR
                                || Character.getType(point) == Character.PARAGRAPH_SEPARATOR
                                || Character.getType(point) == Character.SURROGATE);
    }
}
