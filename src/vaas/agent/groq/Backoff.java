package vaas.agent.groq;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** When to try again: what the server asks for, else doubling pauses with jitter. Pure. */
final class Backoff {
    /** As the official SDKs: three requests at most. */
    static final int RETRIES_MAX = 2;
    /** A longer wait that the server asks for is passed on to the caller instead. */
    static final Duration OBEYED_MAX = Duration.ofSeconds(10);

    private static final long FIRST_MILLIS = 500;
    private static final long LONGEST_MILLIS = 8000;
    private static final double JITTER_MIN = 0.75;
    /** A day's limit used up; more makes no sense to anybody and might overflow. */
    private static final double SECONDS_MAX = 7 * 24 * 3600;

    private Backoff() {}

    /**
     * The pause before a retry of one's own accord.
     *
     * @param retry 0 for the first
     * @param random from 0 to 1
     */
    static Duration pause(int retry, double random) {
        long full = Math.min(LONGEST_MILLIS, FIRST_MILLIS << retry);
        return Duration.ofMillis((long) (full * (JITTER_MIN + (1 - JITTER_MIN) * random)));
    }

    /**
     * What the server asks for: retry-after-ms, else retry-after in seconds or as a date (RFC 9110
     * section 10.2.3); empty if it asks for nothing that makes sense.
     *
     * @param header finds a header's value by name, null if there is none
     */
    static Optional<Duration> asked(UnaryOperator<String> header, Instant now) {
        Optional<Duration> millis = seconds(header.apply("retry-after-ms"), 1000);
        if (millis.isPresent()) {
            return millis;
        }
        String value = header.apply("retry-after");
        Optional<Duration> seconds = seconds(value, 1);
        return seconds.isPresent() || value == null ? seconds : untilDate(value, now);
    }

    private static Optional<Duration> seconds(String value, double units) {
        try {
            double seconds = value == null ? -1 : Double.parseDouble(value.strip()) / units;
            return seconds >= 0 // false for NaN
                    ? Optional.of(Duration.ofMillis(
                            Math.round(Math.min(seconds, SECONDS_MAX) * 1000)))
                    : Optional.empty();
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    private static Optional<Duration> untilDate(String value, Instant now) {
        try {
            Duration until = Duration.between(now, ZonedDateTime.parse(
                    value.strip(), DateTimeFormatter.RFC_1123_DATE_TIME).toInstant());
            return Optional.of(until.isNegative() ? Duration.ZERO : until);
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }
}
