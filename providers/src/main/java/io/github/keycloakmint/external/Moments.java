package io.github.keycloakmint.external;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.time.temporal.TemporalAccessor;
import java.util.Locale;
import java.util.Optional;

/** Points in time as the bundle writes them: ISO 8601, UTC, milliseconds ({@code 1995-01-01T00:00:00.000Z}). */
final class Moments {

    private static final int LONGEST = 40;
    private static final int LAST_YEAR = 9999;

    private static final DateTimeFormatter WRITTEN = DateTimeFormatter.ofPattern(
                    "uuuu-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    private Moments() {}

    static String text(Instant moment) {
        return WRITTEN.format(moment);
    }

    static String text(long millis) {
        return text(Instant.ofEpochMilli(millis));
    }

    /** An ISO 8601 date or date-time of the years 1 to 9999; UTC where it names no offset. Empty for anything else. */
    static Optional<Instant> parse(String given) {
        if (given.length() > LONGEST) {
            return Optional.empty();
        }
        try {
            Instant moment = instant(given).truncatedTo(ChronoUnit.MILLIS);
            int year = moment.atOffset(ZoneOffset.UTC).getYear();
            return year >= 1 && year <= LAST_YEAR ? Optional.of(moment) : Optional.empty();
        } catch (DateTimeException e) {
            // not a date: the caller words the refusal
            return Optional.empty();
        }
    }

    private static Instant instant(String given) {
        if (given.indexOf('T') < 0 && given.indexOf('t') < 0) {
            return LocalDate.parse(given).atStartOfDay().toInstant(ZoneOffset.UTC);
        }
        TemporalAccessor read =
                DateTimeFormatter.ISO_DATE_TIME.parseBest(given, OffsetDateTime::from, LocalDateTime::from);
        return read instanceof OffsetDateTime withOffset
                ? withOffset.toInstant()
                : LocalDateTime.from(read).toInstant(ZoneOffset.UTC);
    }
}
