package vaas.agent.groq;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How long to wait before a retry. */
class BackoffTest {
    private static final Instant NOW = Instant.parse("2026-11-22T08:15:30Z");

    @ParameterizedTest
    @CsvSource({"0, 375, 500", "1, 750, 1000", "2, 1500, 2000", "3, 3000, 4000", "4, 6000, 8000",
        "5, 6000, 8000", "20, 6000, 8000"})
    void pausesDoubleUpToEightSecondsWithJitter(int retry, long shortest, long longest) {
        assertEquals(Duration.ofMillis(shortest), Backoff.pause(retry, 0));
        assertEquals(Duration.ofMillis(longest), Backoff.pause(retry, 1));
        Duration middle = Backoff.pause(retry, 0.5);
        assertTrue(middle.toMillis() > shortest && middle.toMillis() < longest);
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "1, 1000", "5.289, 5289", "' 7 ', 7000", "3600, 3600000", "0.0004, 0"})
    void retryAfterCountsInSeconds(String value, long millis) {
        assertEquals(Optional.of(Duration.ofMillis(millis)), asked(Map.of("retry-after", value)));
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "1, 1", "1500, 1500", "0.4, 0", "99.6, 100"})
    void retryAfterMsCountsInMillisecondsAndComesFirst(String value, long millis) {
        assertEquals(Optional.of(Duration.ofMillis(millis)),
                asked(Map.of("retry-after-ms", value, "retry-after", "30")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-1", "soon", "NaN", "1,5", "5.289s", "Infinity", "1e30", "0x1p3",
        "+1", "1d", ".5", "5."})
    void whatMakesNoSenseIsNotAsked(String value) {
        assertEquals(Optional.empty(), asked(Map.of("retry-after", value)));
        assertEquals(Optional.empty(), asked(Map.of("retry-after-ms", value)));
        assertEquals(Optional.of(Duration.ofSeconds(2)),
                asked(Map.of("retry-after-ms", value, "retry-after", "2")));
    }

    @Test
    void withoutAHeaderNothingIsAsked() {
        assertEquals(Optional.empty(), asked(Map.of()));
    }

    @Test
    void aDateIsAsGoodAsSeconds() {
        assertEquals(Optional.of(Duration.ofSeconds(90)),
                asked(Map.of("retry-after", "Sun, 22 Nov 2026 08:17:00 GMT")));
    }

    @Test
    void aDateThatHasPassedAsksForNoWait() {
        assertEquals(Optional.of(Duration.ZERO),
                asked(Map.of("retry-after", "Sun, 22 Nov 2026 08:15:29 GMT")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"Mon, 22 Nov 2026 08:17:00 GMT", "Sun, 32 Nov 2026 08:17:00 GMT",
        "2026-11-22T08:17:00Z"})
    void aDateThatDoesNotExistAsksForNothing(String value) {
        assertEquals(Optional.empty(), asked(Map.of("retry-after", value)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"604800001", "999999999999999999999.5", "999999999999999999999"})
    void anAbsurdWaitIsBoundedByAWeek(String value) {
        assertEquals(Optional.of(Duration.ofDays(7)), asked(Map.of("retry-after", value)));
        assertEquals(Optional.of(Duration.ofDays(7)), asked(Map.of("retry-after-ms", value)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"Sun, 29 Nov 2026 08:15:31 GMT", "Fri, 31 Dec 9999 23:59:59 GMT"})
    void aDateThatIsAbsurdlyFarAwayIsBoundedByAWeekToo(String value) {
        assertEquals(Optional.of(Duration.ofDays(7)), asked(Map.of("retry-after", value)));
    }

    private static Optional<Duration> asked(Map<String, String> headers) {
        return Backoff.asked(headers::get, NOW);
    }
}
