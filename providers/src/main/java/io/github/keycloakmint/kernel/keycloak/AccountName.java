package io.github.keycloakmint.kernel.keycloak;

import java.text.Normalizer;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** What people call an account, and the spelling of it that serves in paths and scopes. */
public final class AccountName {

    /** Keycloak's column of a group's attribute values. */
    public static final int LONGEST = 255;

    private static final int LONGEST_SLUG = 48;
    private static final int LONGEST_IN_MAIL = 100;
    private static final String WITHOUT_LETTERS = "account";

    private static final Pattern MARKS = Pattern.compile("\\p{M}+");
    private static final Pattern OTHERS = Pattern.compile("[^a-z0-9]+");
    private static final Pattern LIKE_AN_ID = Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");

    /** A dot or a comma ends a word; within one it would make a host name of it. */
    private static final Pattern MAILABLE = Pattern.compile("(?:[\\p{L}\\p{N}\\p{M} &'()+!-]|[.,](?=[ ).,]|$))+");

    /** Five digits or more, whatever is between them but letters. */
    private static final Pattern NUMBER_TO_CALL = Pattern.compile("\\p{N}(?:[^\\p{N}\\p{L}]*\\p{N}){4}");

    private AccountName() {}

    /** The name without blanks around it, NFC; empty for one that is blank, too long or not printable. */
    public static Optional<String> parse(String given) {
        String name = Normalizer.normalize(given.strip(), Normalizer.Form.NFC);
        return name.length() > LONGEST
                        || name.codePoints().anyMatch(AccountName::unprintable)
                        || name.codePoints().allMatch(AccountName::blank)
                ? Optional.empty()
                : Optional.of(name);
    }

    /** Control characters, and those that change how the text around them is shown. */
    private static boolean unprintable(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED -> true;
            default -> false;
        };
    }

    /**
     * Whether a mail may carry the name to somebody who does not know who chose it. No mark-up, no number to call, and nothing that mail
     * programs make a link of: an invitation is no way to send an advertisement in the realm's name.
     */
    public static boolean fitForMail(String name) {
        return name.length() <= LONGEST_IN_MAIL
                && MAILABLE.matcher(name).matches()
                && !NUMBER_TO_CALL.matcher(name).find();
    }

    private static boolean blank(int codePoint) {
        return Character.isSpaceChar(codePoint) || Character.getType(codePoint) == Character.NON_SPACING_MARK;
    }

    /**
     * Lower-case ASCII letters and digits with single hyphens between them. Never the form of an id: paths take either, and
     * an alias that reads as somebody's id would be there for confusion alone.
     */
    static String slug(String name) {
        String plain = MARKS.matcher(Normalizer.normalize(name, Normalizer.Form.NFKD))
                .replaceAll("")
                .toLowerCase(Locale.ROOT);
        String hyphened = OTHERS.matcher(plain).replaceAll("-");
        String slug = trimmed(hyphened.substring(0, Math.min(hyphened.length(), LONGEST_SLUG)));
        return slug.isEmpty() || LIKE_AN_ID.matcher(slug).matches() ? WITHOUT_LETTERS : slug;
    }

    private static String trimmed(String slug) {
        int start = slug.startsWith("-") ? 1 : 0;
        int end = slug.endsWith("-") ? slug.length() - 1 : slug.length();
        return start >= end ? "" : slug.substring(start, end);
    }
}
