package vaas.memory.line;

import java.io.IOException;
import java.util.UUID;
import java.util.random.RandomGenerator;

/**
 * Makes UUIDv7 (RFC 9562 section 5.7) that only rise, also within a millisecond and when the clock
 * steps back: rand_a is a counter, as in section 6.2 method 1. They are compared as 16 unsigned
 * bytes (section 6.11).
 */
public final class MessageIds {
    /**
     * The year 4199: an id from later is damage, and none is made, or it would be gone at the next
     * opening. Years have four digits until then.
     */
    static final long MILLIS_MAX = 1L << 46;

    private static final int COUNTER_MAX = 0xFFF;
    private static final long VERSION = 0x7000;
    private static final long VARIANT = 0x8000_0000_0000_0000L;

    private MessageIds() {}

    /**
     * The id after another.
     *
     * @param last the newest id so far, null if there is none
     * @param nowMillis since 1970
     * @throws IOException if the clock shows a time that no id has room for
     */
    public static UUID next(UUID last, long nowMillis, RandomGenerator random) throws IOException {
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
        if (nowMillis < 0 || Math.max(nowMillis, millis) >= MILLIS_MAX) {
            throw new IOException("the clock shows a time before 1970 or after 4199: " + nowMillis
                    + " ms");
        }
        return new UUID(millis << 16 | VERSION | counter, VARIANT | random.nextLong() >>> 2);
    }

    /** Order of two ids. */
    public static int compare(UUID a, UUID b) {
        int high = Long.compareUnsigned(a.getMostSignificantBits(), b.getMostSignificantBits());
        return high != 0 ? high : Long.compareUnsigned(
                a.getLeastSignificantBits(), b.getLeastSignificantBits());
    }

    public static long millis(UUID id) {
        return id.getMostSignificantBits() >>> 16;
    }
}
