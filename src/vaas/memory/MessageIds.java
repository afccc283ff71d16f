package vaas.memory;

import java.util.UUID;
import java.util.random.RandomGenerator;

/**
 * Makes UUIDv7 (RFC 9562 section 5.7) that only rise, also within a millisecond and when the clock
 * steps back: rand_a is a counter, as in section 6.2 method 1.
 */
final class MessageIds {
    private static final int COUNTER_MAX = 0xFFF;
    private static final long VERSION = 0x7000;
    private static final long VARIANT = 0x8000_0000_0000_0000L;

    private MessageIds() {}

    /**
     * The id after another.
     *
     * @param last the newest id so far, null if there is none
     * @param nowMillis since 1970
     */
    static UUID next(UUID last, long nowMillis, RandomGenerator random) {
        long millis = nowMillis;
        // The upper half of the counter's range is left free to count in.
        int counter = random.nextInt(COUNTER_MAX / 2);
        if (last != null && millis <= millis(last)) {
            millis = millis(last);
            counter = (int) (last.getMostSignificantBits() & COUNTER_MAX) + 1;
            if (counter > COUNTER_MAX) {
                millis++;
                counter = 0;
            }
        }
        return new UUID(millis << 16 | VERSION | counter, VARIANT | random.nextLong() >>> 2);
    }

    private static long millis(UUID id) {
        return id.getMostSignificantBits() >>> 16;
    }
}
