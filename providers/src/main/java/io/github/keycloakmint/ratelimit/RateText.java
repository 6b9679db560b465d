package io.github.keycloakmint.ratelimit;

import io.github.keycloakmint.kernel.limits.Buckets;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A rate as admins write it: {@code 50/300} for 50 calls in 300 seconds, {@code off} for none. */
final class RateText {

    /** For messages. */
    static final String EXPECTED = "calls/seconds such as 50/300 (up to 1000000 calls in up to 86400 seconds), or off";

    private static final Pattern RATE = Pattern.compile("(\\d{1,7})/(\\d{1,5})");
    private static final long MOST_CALLS = 1_000_000;
    private static final long LONGEST = 86_400;

    private RateText() {}

    /** Whether {@code text} is one of the two. */
    static boolean good(String text) {
        Matcher matcher = RATE.matcher(text);
        return text.equals("off")
                || (matcher.matches()
                        && within(Long.parseLong(matcher.group(1)), MOST_CALLS)
                        && within(Long.parseLong(matcher.group(2)), LONGEST));
    }

    /** Of a good one; empty for {@code off}. */
    static Optional<Buckets.Rate> read(String text) {
        int slash = text.indexOf('/');
        return slash < 0
                ? Optional.empty()
                : Optional.of(new Buckets.Rate(
                        Long.parseLong(text.substring(0, slash)), Long.parseLong(text.substring(slash + 1))));
    }

    private static boolean within(long number, long most) {
        return number >= 1 && number <= most;
    }
}
