package io.github.keycloakmint.gateway;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The path of a request as it is compared: after one decoding (T36). A path that two programs could read differently is none:
 * encoded separators, escapes that decode to escapes, dot segments, empty segments, path parameters.
 *
 * @param segments decoded, at least one; the last one is empty where the path ends with a slash
 */
record RequestPath(List<String> segments) {

    private static final int LONGEST = 2_048;

    RequestPath {
        segments = List.copyOf(segments);
    }

    /** @param raw path as it was sent, without query */
    static Optional<RequestPath> of(String raw) {
        if (!raw.startsWith("/") || raw.length() > LONGEST || !raw.chars().allMatch(RequestPath::plain)) {
            return Optional.empty();
        }
        String[] sent = raw.substring(1).split("/", -1);
        List<String> segments = new ArrayList<>();
        for (int i = 0; i < sent.length; i++) {
            Optional<String> segment = decoded(sent[i]);
            boolean hole = sent[i].isEmpty() && i < sent.length - 1;
            if (hole || segment.filter(RequestPath::unequivocal).isEmpty()) {
                return Optional.empty();
            }
            segments.add(segment.get());
        }
        return Optional.of(new RequestPath(segments));
    }

    /** True for {@code prefix} itself and for what is below it, segment by segment. */
    boolean startsWith(RequestPath prefix) {
        List<String> wanted = prefix.named();
        return segments.size() >= wanted.size()
                && segments.subList(0, wanted.size()).equals(wanted);
    }

    /** True for the path that names everything, which nobody wants to open by one entry of a list. */
    boolean isRoot() {
        return named().isEmpty();
    }

    private List<String> named() {
        int last = segments.size() - 1;
        return segments.get(last).isEmpty() ? segments.subList(0, last) : segments;
    }

    /** One spelling per path. */
    @Override
    public String toString() {
        return '/' + String.join("/", segments);
    }

    /** What RFC 3986 lets stand in a path, without the parameters that some servers cut off and some don't. */
    private static boolean plain(int unit) {
        return unit > 0x20 && unit < 0x7f && "\\;?#\"<>^`{|}".indexOf(unit) < 0;
    }

    private static boolean unequivocal(String segment) {
        return !segment.equals(".")
                && !segment.equals("..")
                && segment.codePoints()
                        .noneMatch(point -> "/\\%;".indexOf(point) >= 0 || Character.isISOControl(point));
    }

    /** Empty for broken escapes, and for bytes that are no UTF-8: an overlong slash is a slash to somebody. */
    private static Optional<String> decoded(String segment) {
        ByteBuffer bytes = ByteBuffer.allocate(segment.length());
        for (int i = 0; i < segment.length(); i++) {
            char unit = segment.charAt(i);
            if (unit != '%') {
                bytes.put((byte) unit);
                continue;
            }
            if (i + 2 >= segment.length()) {
                return Optional.empty();
            }
            int high = Character.digit(segment.charAt(i + 1), 16);
            int low = Character.digit(segment.charAt(i + 2), 16);
            if (high < 0 || low < 0) {
                return Optional.empty();
            }
            bytes.put((byte) (high << 4 | low));
            i += 2;
        }
        try {
            return Optional.of(
                    StandardCharsets.UTF_8.newDecoder().decode(bytes.flip()).toString());
        } catch (CharacterCodingException e) {
            return Optional.empty();
        }
    }
}
