package vaas.memory.line;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * How much may be remembered. Past a limit of records or bytes the memory is cut to seven eighths
 * of it, so that a rewrite of the file is paid for by the eighth that has come since the last one.
 */
public record Limits(OptionalLong maxRecords, OptionalLong maxBytes, Optional<Duration> maxAge) {
    /** No limit at all. */
    public static final Limits NONE =
            new Limits(OptionalLong.empty(), OptionalLong.empty(), Optional.empty());

    /** The fewest records that a limit can be: those of a turn. */
    public static final long RECORDS_MIN = 2;
    /** The fewest bytes that a limit can be: those of the shortest turn. */
    public static final long BYTES_MIN = 2 * RecordLine.BYTES_MIN;

    private static final int SLACK = 8;

    /**
     * Checks them.
     *
     * @throws IllegalArgumentException if no turn could ever be kept
     */
    public Limits {
        requireAtLeast("most records", RECORDS_MIN, maxRecords);
        requireAtLeast("most bytes", BYTES_MIN, maxBytes);
        if (maxAge.isPresent() && maxAge.get().toMillis() <= 0) {
            throw new IllegalArgumentException("the greatest age is " + maxAge.get()
                    + ", expected more than nothing");
        }
    }

    /** Whether there is any. */
    public boolean any() {
        return maxRecords.isPresent() || maxBytes.isPresent() || maxAge.isPresent();
    }

    /** Whether a file of so many bytes can be past a limit, age apart. */
    public boolean mayBeExceeded(long bytes) {
        return bytes > maxBytes.orElse(Long.MAX_VALUE)
                || maxRecords.isPresent() && bytes / RecordLine.BYTES_MIN > maxRecords.getAsLong();
    }

    /** Whether there is too much, age apart. */
    public boolean exceededBy(long records, long bytes) {
        return records > maxRecords.orElse(Long.MAX_VALUE)
                || bytes > maxBytes.orElse(Long.MAX_VALUE);
    }

    /** Most records that are to be left of so many; where the limit is kept already, no bound. */
    public long recordsLeft(long present) {
        return left(maxRecords, present);
    }

    /** Most bytes that are to be left of so many; where the limit is kept already, no bound. */
    public long bytesLeft(long present) {
        return left(maxBytes, present);
    }

    /** Whether a turn of so many bytes is alone past the limit, so that no cut can make it fit. */
    public boolean isTooLarge(long turnBytes) {
        return turnBytes > maxBytes.orElse(Long.MAX_VALUE);
    }

    /** Turns from before are too old. */
    public Instant oldest(Instant now) {
        return maxAge.map(now::minus).orElse(Instant.MIN);
    }

    private static void requireAtLeast(String what, long min, OptionalLong limit) {
        if (limit.isPresent() && limit.getAsLong() < min) {
            throw new IllegalArgumentException("the limit of " + what + " is " + limit.getAsLong()
                    + ", expected at least " + min + ": no turn would stay");
        }
    }

    private static long left(OptionalLong max, long present) {
        long limit = max.orElse(Long.MAX_VALUE);
        return present > limit ? limit - limit / SLACK : Long.MAX_VALUE;
    }
}
