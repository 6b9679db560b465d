package io.github.keycloakmint.kernel.caller;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The {@code for} of the members of {@code Forwarded} (RFC 7239 section 4), read from the right.
 *
 * <p>From the right in earnest: a caller may have sent a quote that nothing closes, and read from the left it would swallow
 * what the proxy wrote behind it. Of a member that is well formed, what stands behind a comma within its quotes never is one:
 * it has one quote too few.
 */
final class Forwarded {

    /** Characters of a member; proxies write far fewer. */
    private static final int LONGEST = 1_000;

    private static final String TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]++";
    private static final String QUOTED = "\"(?:[^\"\\\\]|\\\\.)*+\"";
    private static final Pattern PAIR = Pattern.compile("(" + TOKEN + ")=(" + TOKEN + "|" + QUOTED + ")");
    private static final Pattern SEPARATOR = Pattern.compile("[ \t]*+;[ \t]*+");

    /** Section 6; a port may be one that the proxy made up (section 6.2). */
    private static final Pattern NODE =
            Pattern.compile("(?:\\[([0-9A-Fa-f:.]*)]|([0-9.]+))(?::(?:\\d{1,5}|_[A-Za-z0-9._-]+))?");

    private Forwarded() {}

    static List<Optional<String>> hops(List<String> lines, int most) {
        List<Optional<String>> hops = new ArrayList<>();
        int looks = 0;
        for (int i = lines.size() - 1; i >= 0 && looks < most; i--) {
            String line = lines.get(i);
            int end = line.length();
            int comma = end;
            while (comma >= 0 && looks++ < most) {
                comma = line.lastIndexOf(',', comma - 1);
                Optional<List<String>> member = member(line.substring(comma + 1, end));
                if (member.isPresent()) {
                    hops.add(address(member.get()));
                    end = comma;
                }
            }
            if (end >= 0 && hops.size() < most) {
                // what is left of this line is no member: nothing further left counts
                hops.add(Optional.empty());
                return hops;
            }
        }
        return hops;
    }

    /** The values of its {@code for}; empty where it is no member. */
    private static Optional<List<String>> member(String text) {
        String rest = text.trim();
        if (rest.length() > LONGEST) {
            return Optional.empty();
        }
        List<String> values = new ArrayList<>();
        Matcher pair = PAIR.matcher(rest);
        Matcher separator = SEPARATOR.matcher(rest);
        int at = 0;
        while (at < rest.length()) {
            if (pair.region(at, rest.length()).lookingAt()) {
                if (pair.group(1).toLowerCase(Locale.ROOT).equals("for")) {
                    values.add(unquoted(pair.group(2)));
                }
                at = pair.end();
            }
            if (at < rest.length()) {
                if (!separator.region(at, rest.length()).lookingAt()) {
                    return Optional.empty();
                }
                at = separator.end();
            }
        }
        return Optional.of(values);
    }

    private static String unquoted(String value) {
        return value.startsWith("\"") ? value.substring(1, value.length() - 1).replaceAll("\\\\(.)", "$1") : value;
    }

    /** Of one {@code for}: twice in a member it is no more than a claim (section 4). */
    private static Optional<String> address(List<String> values) {
        return Optional.of(values)
                .filter(all -> all.size() == 1)
                .map(all -> NODE.matcher(all.get(0)))
                .filter(Matcher::matches)
                .flatMap(node -> AddressRanges.canonical(
                        Optional.ofNullable(node.group(1)).orElseGet(() -> node.group(2))));
    }
}
