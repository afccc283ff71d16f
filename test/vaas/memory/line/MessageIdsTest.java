package vaas.memory.line;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class MessageIdsTest {
    private static final long NOW = 1_795_335_330_123L;
    private static final RandomGenerator ZEROS = () -> 0;
    private static final RandomGenerator ONES = new RandomGenerator() {
        @Override
        public long nextLong() {
            return -1;
        }

        @Override
        public int nextInt(int bound) {
            return bound - 1; // the default would draw for ever
        }
    };

    private static long millis(UUID id) {
        return id.getMostSignificantBits() >>> 16;
    }

    private static long counter(UUID id) {
        return id.getMostSignificantBits() & 0xfff;
    }

    private static UUID id(long millis, int counter) {
        return new UUID(millis << 16 | 0x7000 | counter, 0x8000_0000_0000_0000L);
    }

    @Test
    void anIdIsAUuidV7OfItsMillisecondWhateverTheRandomBits() throws IOException {
        for (RandomGenerator random : new RandomGenerator[] {ZEROS, ONES}) {
            UUID id = MessageIds.next(null, NOW, random);
            assertEquals(7, id.version());
            assertEquals(2, id.variant());
            assertEquals(NOW, millis(id));
            assertTrue(counter(id) < 2048, "half the counter is left to count in");
        }
    }

    @Test
    void withinAMillisecondTheCounterCounts() throws IOException {
        UUID next = MessageIds.next(id(NOW, 41), NOW, ONES);
        assertEquals(NOW, millis(next));
        assertEquals(42, counter(next));
        assertEquals(4095, counter(MessageIds.next(id(NOW, 4094), NOW, ZEROS)));
    }

    @Test
    void aFullCounterBorrowsTheNextMillisecond() throws IOException {
        UUID next = MessageIds.next(id(NOW, 4095), NOW, ONES);
        assertEquals(NOW + 1, millis(next));
        assertEquals(0, counter(next));
        assertEquals(7, next.version());
    }

    @Test
    void idsRiseWhileTheClockStandsStepsBackAndGoesOn() throws IOException {
        SplittableRandom random = new SplittableRandom(1);
        UUID last = MessageIds.next(null, NOW, random);
        for (int i = 0; i < 30_000; i++) {
            long clock = i < 10_000 ? NOW : i < 20_000 ? NOW - 86_400_000L : NOW + i;
            UUID next = MessageIds.next(last, clock, random);
            assertTrue(MessageIds.compare(next, last) > 0, next + " after " + last);
            last = next;
        }
        assertEquals(NOW + 29_999, millis(last), "the clock's time again once it is ahead");
    }

    @Test
    void theyAreComparedAsUnsignedBytes() {
        UUID small = new UUID(0x7fff_ffff_ffff_7000L, 0x8000_0000_0000_0000L);
        UUID large = new UUID(0x8000_0000_0000_7000L, 0x8000_0000_0000_0000L);
        assertTrue(MessageIds.compare(small, large) < 0, "which UUID.compareTo has wrong");
        assertTrue(MessageIds.compare(large, small) > 0);
        assertTrue(MessageIds.compare(new UUID(1, 0x7fff_ffff_ffff_ffffL), new UUID(1, -1)) < 0);
        assertEquals(0, MessageIds.compare(large, new UUID(large.getMostSignificantBits(),
                large.getLeastSignificantBits())));
    }

    @Test
    void aTimeThatNoIdHasRoomForIsRefused() throws IOException {
        UUID last = id(NOW, 0);
        for (long wrong : new long[] {-1, Long.MIN_VALUE, MessageIds.MILLIS_MAX, Long.MAX_VALUE}) {
            assertThrows(IOException.class, () -> MessageIds.next(null, wrong, ONES));
            assertThrows(IOException.class, () -> MessageIds.next(last, wrong, ONES));
        }
        UUID newest = MessageIds.next(null, MessageIds.MILLIS_MAX - 1, ONES);
        assertEquals(MessageIds.MILLIS_MAX - 1, millis(newest));
        UUID full = id(MessageIds.MILLIS_MAX - 1, 4095);
        assertThrows(IOException.class, () -> MessageIds.next(full, NOW, ONES));
    }
}
