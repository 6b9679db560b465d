package io.github.keycloakmint.ratelimit;

import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The marks in a cookie's value, the newest first: several people may sign in with one device, and each of them is known.
 * Bounded, however many a caller sends.
 */
record DeviceMarks(List<DeviceMark> all) {

    /** People whom one device is known for; another one takes the place of the oldest. */
    static final int MOST = 4;

    private static final int LONGEST = MOST * (DeviceMark.LENGTH + 1) - 1;
    /** No letter of base64url. */
    private static final String BETWEEN = ".";

    /** @param values of every cookie of the name: a browser sends one for each path that fits */
    static DeviceMarks parse(List<String> values) {
        return new DeviceMarks(values.stream()
                .limit(MOST)
                .filter(value -> value.length() <= LONGEST)
                .flatMap(value -> Arrays.stream(value.split(Pattern.quote(BETWEEN), -1)))
                .flatMap(text -> DeviceMark.parse(text).stream())
                .limit(MOST)
                .toList());
    }

    /** With {@code mark}, and without those that it takes the place of. */
    DeviceMarks with(DeviceMark mark, Predicate<DeviceMark> replaced) {
        return new DeviceMarks(Stream.concat(
                        Stream.of(mark), all.stream().filter(replaced.negate()).limit(MOST - 1L))
                .toList());
    }

    String value() {
        return all.stream().map(DeviceMark::text).collect(Collectors.joining(BETWEEN));
    }

    @Override
    public String toString() {
        return "DeviceMarks"; // gets into no log by accident
    }
}
