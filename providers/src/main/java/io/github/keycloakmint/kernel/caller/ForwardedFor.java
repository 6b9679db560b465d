package io.github.keycloakmint.kernel.caller;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Members of {@code X-Forwarded-For}: bare addresses, some with a port. */
final class ForwardedFor {

    private static final Pattern BRACKETED = Pattern.compile("\\[([^\\[\\]]*)](:\\d{1,5})?");
    private static final Pattern V4_WITH_PORT = Pattern.compile("([0-9.]+):\\d{1,5}");

    private ForwardedFor() {}

    static List<Optional<String>> hops(List<String> lines, int most) {
        List<String> members = new ArrayList<>();
        lines.forEach(line -> members.addAll(List.of(line.split(",", -1))));
        Collections.reverse(members);
        return members.stream()
                .limit(most)
                .map(member -> AddressRanges.canonical(withoutPort(member.trim())))
                .toList();
    }

    private static String withoutPort(String hop) {
        return Stream.of(BRACKETED, V4_WITH_PORT)
                .map(form -> form.matcher(hop))
                .filter(Matcher::matches)
                .map(matcher -> matcher.group(1))
                .findFirst()
                .orElse(hop);
    }
}
