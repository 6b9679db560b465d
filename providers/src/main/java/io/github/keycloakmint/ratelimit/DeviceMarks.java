package io.github.keycloakmint.ratelimit;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The marks that a device has, the newest of a cookie first: several people may sign in with one device, and each of them is
 * known. Bounded, however many a caller sends.
 *
 * @param cookies of the name: a browser sends one for each path and domain that fits, and whoever holds another host of the
 *     same site can set some too. None keeps another from being read
 */
record DeviceMarks(List<List<DeviceMark>> cookies) {

    /** People whom one device is known for; another one takes the place of the oldest. */
    static final int MOST = 8;

    /** More than there are paths and domains that fit a sign-in. */
    private static final int MOST_COOKIES = 16;

    private static final int LONGEST = MOST * (DeviceMark.LENGTH + 1) - 1;
    /** No letter of base64url. */
    private static final String BETWEEN = ".";

    static DeviceMarks parse(List<String> values) {
        return new DeviceMarks(values.stream()
                .limit(MOST_COOKIES)
                .filter(value -> value.length() <= LONGEST)
                .map(DeviceMarks::marks)
                .toList());
    }

    private static List<DeviceMark> marks(String value) {
        return Arrays.stream(value.split(Pattern.quote(BETWEEN), -1))
                .flatMap(text -> DeviceMark.parse(text).stream())
                .toList();
    }

    Stream<DeviceMark> all() {
        return cookies.stream().flatMap(List::stream);
    }

    /**
     * One cookie with {@code mark}, without those that it takes the place of and those that are over. Of the others the first
     * are those that lie beside one that is replaced: that one was made here, and so were they.
     */
    DeviceMarks with(DeviceMark mark, Predicate<DeviceMark> replaced, Predicate<DeviceMark> over) {
        Map<Boolean, List<List<DeviceMark>>> own = cookies.stream()
                .collect(Collectors.partitioningBy(cookie -> cookie.stream().anyMatch(replaced)));
        Stream<DeviceMark> others = Stream.of(own.get(true), own.get(false))
                .flatMap(List::stream)
                .flatMap(List::stream)
                .filter(Predicate.not(replaced.or(over)))
                .limit(MOST - 1L);
        return new DeviceMarks(List.of(Stream.concat(Stream.of(mark), others).toList()));
    }

    String value() {
        return all().map(DeviceMark::text).collect(Collectors.joining(BETWEEN));
    }

    @Override
    public String toString() {
        return "DeviceMarks"; // gets into no log by accident
    }
}
