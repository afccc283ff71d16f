package vaas.memory.file;

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

    private static final int SLACK = 8;

    /** Whether there is any. */
    public boolean any() {
        return maxRecords.isPresent() || maxBytes.isPresent() || maxAge.isPresent();
    }

    /** Whether there is too much, age apart. */
    boolean exceededBy(Snapshot now) {
        return now.tally().known().orElse(0) > maxRecords.orElse(Long.MAX_VALUE)
                || now.end() > maxBytes.orElse(Long.MAX_VALUE);
    }

    /** Most records that are to be left; where the limit is kept already, no bound. */
    long recordsLeft(Snapshot now) {
        return left(maxRecords, now.tally().known().orElse(0));
    }

    /** Most bytes that are to be left; where the limit is kept already, no bound. */
    long bytesLeft(Snapshot now) {
        return left(maxBytes, now.end());
    }

    /** Turns from before are too old. */
    Instant oldest(Instant now) {
        return maxAge.map(now::minus).orElse(Instant.MIN);
    }

    private static long left(OptionalLong max, long present) {
        long limit = max.orElse(Long.MAX_VALUE);
        return present > limit ? limit - limit / SLACK : Long.MAX_VALUE;
    }
}
