package io.github.keycloakmint.kernel;

import io.github.keycloakmint.kernel.http.Refusal;
import java.text.Normalizer;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Brings an email to the one spelling that is looked up: blanks around it dropped, NFC, lower case. Refused: more than
 * {@value #LONGEST} characters, control characters, anything that is not {@code local@domain}, and a non-ASCII
 * character that turns into ASCII on the way (the Kelvin sign would reach somebody else's account; T17).
 */
public final class EmailAddress {

    /** RFC 5321 section 4.5.3.1.3: 256 with the angle brackets. */
    public static final int LONGEST = 254;

    private static final Pattern SHAPE = Pattern.compile("[^@\\s]{1,64}@[^@\\s]+");

    private EmailAddress() {}

    /** @throws Refusal 400 naming the member {@code email} */
    public static String of(String given) {
        return parse(given)
                .orElseThrow(() -> Refusal.badInput("`email` must be a valid email address", "malformed_email"));
    }

    /** The one spelling of {@code given}; empty where it is no address. */
    public static Optional<String> parse(String given) {
        String trimmed = withoutBlanks(given);
        if (trimmed.length() > LONGEST
                || trimmed.codePoints().anyMatch(EmailAddress::unprintable)
                || trimmed.codePoints().anyMatch(EmailAddress::turnsIntoAscii)) {
            return Optional.empty();
        }
        return Optional.of(Normalizer.normalize(trimmed, Normalizer.Form.NFC).toLowerCase(Locale.ROOT))
                .filter(email ->
                        email.length() <= LONGEST && SHAPE.matcher(email).matches());
    }

    /** Blanks alone: a line break at the end is no accident of typing. */
    private static String withoutBlanks(String given) {
        int start = 0;
        int end = given.length();
        while (start < end && given.charAt(start) == ' ') {
            start++;
        }
        while (end > start && given.charAt(end - 1) == ' ') {
            end--;
        }
        return given.substring(start, end);
    }

    private static boolean unprintable(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE,
                    Character.UNASSIGNED -> true;
            default -> false;
        };
    }

    private static boolean turnsIntoAscii(int codePoint) {
        if (codePoint < 128) {
            return false;
        }
        String character = Character.toString(codePoint);
        return hasAscii(character.toLowerCase(Locale.ROOT))
                || hasAscii(
                        Normalizer.normalize(character, Normalizer.Form.NFKC).toLowerCase(Locale.ROOT));
    }

    private static boolean hasAscii(String text) {
        return text.chars().anyMatch(unit -> unit < 128);
    }
}
