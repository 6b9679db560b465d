package io.github.keycloakmint.external;

import com.fasterxml.jackson.databind.JsonNode;
import java.text.Normalizer;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/** Which texts of other systems may be kept. */
final class Texts {

    /** What no name, address or note needs, and some databases and terminals choke on. */
    private static final Set<Integer> NEVER =
            Set.of((int) Character.CONTROL, (int) Character.SURROGATE, (int) Character.LINE_SEPARATOR, (int)
                    Character.PARAGRAPH_SEPARATOR);

    /** What can't be seen, or makes one username look like another. */
    private static final Set<Integer> UNSEEN =
            Set.of((int) Character.FORMAT, (int) Character.PRIVATE_USE, (int) Character.UNASSIGNED);

    /**
     * Drawn as nothing, though no format characters: Unicode's Default_Ignorable_Code_Point beyond those, and the empty
     * braille cell.
     */
    private static final Pattern BLANK = Pattern.compile(
            "[\\u034F\\u115F\\u1160\\u17B4\\u17B5\\u180B-\\u180F\\u2800\\u3164\\uFE00-\\uFE0F\\uFFA0\\x{E0000}-\\x{E0FFF}]");

    private static final Pattern SPACES = Pattern.compile("\\p{IsWhite_Space}+");

    private Texts() {}

    /** One line. Other planes (emoji) are welcome, half a pair of surrogates is not. */
    static boolean line(String text) {
        return text.codePoints().noneMatch(point -> NEVER.contains(Character.getType(point)));
    }

    /** Lines: as {@link #line}, line feeds and tabs besides. */
    static boolean lines(String text) {
        return text.codePoints()
                .noneMatch(point -> point != '\n' && point != '\t' && NEVER.contains(Character.getType(point)));
    }

    /** A name to be told from others: as {@link #line}, nothing invisible in it, no blank around it. */
    static boolean handle(String text) {
        return line(text)
                && text.strip().equals(text)
                && text.codePoints().noneMatch(point -> UNSEEN.contains(Character.getType(point)));
    }

    /** One spelling of names that a reader takes for one: NFKC, lower case, without what is not seen. */
    static String key(String text) {
        if (text.chars().allMatch(unit -> unit > ' ' && unit < 0x7F)) {
            return text.toLowerCase(Locale.ROOT);
        }
        // lower case may take a text out of its normal form again
        String folded = nfkc(nfkc(text).toLowerCase(Locale.ROOT));
        return SPACES.matcher(BLANK.matcher(folded).replaceAll(""))
                .replaceAll(" ")
                .strip();
    }

    private static String nfkc(String text) {
        return Normalizer.normalize(text, Normalizer.Form.NFKC);
    }

    /** PostgreSQL keeps no NUL, and half a pair of surrogates would come back as something else. */
    static boolean storable(String text) {
        return text.codePoints().noneMatch(point -> point == 0 || Character.getType(point) == Character.SURROGATE);
    }

    /** All texts and names of members in a tree are {@link #storable(String)}. Its depth was bounded when it was read. */
    static boolean storable(JsonNode node) {
        if (node.isTextual()) {
            return storable(node.textValue());
        }
        for (String name : (Iterable<String>) node::fieldNames) {
            if (!storable(name)) {
                return false;
            }
        }
        for (JsonNode child : node) {
            if (!storable(child)) {
                return false;
            }
        }
        return true;
    }
}
