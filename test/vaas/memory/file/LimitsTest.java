package vaas.memory.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import vaas.config.Config;

class LimitsTest {
    private static final Instant NOW = Turns.WHEN;
    private static final Cut.Target NOTHING =
            new Cut.Target(Long.MAX_VALUE, Long.MAX_VALUE, Instant.MIN);

    private static Limits limits(long records, long bytes, Duration age) {
        return new Limits(records == 0 ? OptionalLong.empty() : OptionalLong.of(records),
                bytes == 0 ? OptionalLong.empty() : OptionalLong.of(bytes),
                Optional.ofNullable(age));
    }

    /** The view of turns 1 to last, all of them counted. */
    private static View view(int last) throws IOException {
        byte[] lines = Turns.lines(1, last);
        View view = Turns.view(lines.length, 20);
        while (view.index().step(Turns.handle(lines))) {
            // until all is counted
        }
        return view;
    }

    @Test
    void theyAreThoseOfTheSettings() {
        Config.Store store = new Config.Store(Path.of("unused"), 20, OptionalLong.of(1),
                OptionalLong.of(2), Optional.of(Duration.ofDays(3)), Optional.empty());
        assertEquals(limits(1, 2, Duration.ofDays(3)), Limits.of(store));
        assertFalse(Limits.of(Config.Store.of(Path.of("unused"), 20)).any());
    }

    @Test
    void eachAloneIsALimit() {
        assertTrue(limits(1, 0, null).any());
        assertTrue(limits(0, 1, null).any());
        assertTrue(limits(0, 0, Duration.ofDays(1)).any());
    }

    @Test
    void exactlyAtALimitIsNotPastIt() throws IOException {
        View view = view(4);
        assertFalse(limits(8, view.end(), Duration.ZERO).exceededBy(view));
        assertTrue(limits(7, 0, null).exceededBy(view));
        assertTrue(limits(0, view.end() - 1, null).exceededBy(view));
        assertFalse(limits(0, 0, Duration.ZERO).exceededBy(view), "age is another matter");
    }

    @Test
    void whatHasNotBeenCountedIsNotTooMuch() {
        assertFalse(limits(1, 0, null).exceededBy(Turns.view(1 << 20, 20)));
    }

    @Test
    void pastALimitAnEighthOfItIsFreed() {
        assertEquals(new Cut.Target(700, Long.MAX_VALUE, Instant.MIN),
                limits(800, 0, null).target(801, 1 << 20, NOW));
        assertEquals(new Cut.Target(Long.MAX_VALUE, 7000, Instant.MIN),
                limits(0, 8000, null).target(9, 8001, NOW));
        assertEquals(new Cut.Target(1, Long.MAX_VALUE, Instant.MIN),
                limits(1, 0, null).target(2, 300, NOW), "none of one can be freed");
    }

    @Test
    void aLimitThatIsKeptAsksForNothing() {
        assertEquals(NOTHING, limits(0, 0, null).target(1L << 40, 1L << 40, NOW));
        assertEquals(new Cut.Target(800, 8000, Instant.MIN),
                limits(800, 8000, null).target(800, 8000, NOW));
        assertEquals(new Cut.Target(700, 8000, Instant.MIN),
                limits(800, 8000, null).target(801, 8000, NOW), "each for itself");
    }

    @Test
    void ageCountsFromNow() {
        assertEquals(NOW.minus(Duration.ofDays(30)),
                limits(0, 0, Duration.ofDays(30)).target(1, 1, NOW).oldest());
    }
}
