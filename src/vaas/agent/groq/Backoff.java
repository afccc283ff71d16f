package vaas.agent.groq;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/** When to try again: what the server asks for, else doubling pauses with jitter. Pure. */
final class Backoff {
    /** As the official SDKs: three requests at most. */
    static final int RETRIES_MAX = 2;
    /** A longer wait that the server asks for is passed on to the caller instead. */
    static final Duration OBEYED_MAX = Duration.ofSeconds(10);

    private static final long FIRST_MILLIS = 500;
    private static final long LONGEST_MILLIS = 8000;
    private static final double JITTER_MIN = 0.75;
    /** More makes no sense to anybody, whether it comes as a number or as a date. */
    private static final Duration LONGEST = Duration.ofDays(7);
    /** RFC 9110 has whole seconds; Groq and the official SDKs know fractions. */
    private static final Pattern NUMBER = Pattern.compile("[0-9]+(\\.[0-9]+)?");

    private Backoff() {}

    /** The pause before a retry of one's own accord, 0 for the first; random is from 0 to 1. */
    static Duration pause(int retry, double random) {
        long full = Math.min(LONGEST_MILLIS, FIRST_MILLIS << retry);
        return Duration.ofMillis((long) (full * (JITTER_MIN + (1 - JITTER_MIN) * random)));
    }

    /**
     * What the server asks for: retry-after-ms, else retry-after in seconds or as a date (RFC 9110
     * section 10.2.3), at most a week; empty if it asks for nothing that makes sense.
     */
    static Optional<Duration> asked(UnaryOperator<String> header, Instant now) {
        return seconds(header.apply("retry-after-ms"), 1000)
                .or(() -> seconds(header.apply("retry-after"), 1))
                .or(() -> untilDate(header.apply("retry-after"), now));
    }

    private static Optional<Duration> seconds(String value, double units) {
        if (value == null || !NUMBER.matcher(value.strip()).matches()) {
            return Optional.empty();
        }
        double seconds = Double.parseDouble(value.strip()) / units;
        return Optional.of(seconds < LONGEST.toSeconds()
                ? Duration.ofMillis(Math.round(seconds * 1000)) : LONGEST);
    }

    private static Optional<Duration> untilDate(String value, Instant now) {
        if (value == null) {
            return Optional.empty();
        }
        try {
            Duration until = Duration.between(now, ZonedDateTime.parse(
                    value.strip(), DateTimeFormatter.RFC_1123_DATE_TIME).toInstant());
            return Optional.of(until.isNegative() ? Duration.ZERO
                    : until.compareTo(LONGEST) < 0 ? until : LONGEST);
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }
}
