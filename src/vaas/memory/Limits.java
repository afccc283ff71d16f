package vaas.memory;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import vaas.config.Config;

/**
 * How much may be remembered. Past a limit the memory is cut to seven eighths of it, so that a
 * rewrite of the file is paid for by the eighth that has come since the last one.
 */
record Limits(OptionalLong maxRecords, OptionalLong maxBytes, Optional<Duration> maxAge) {
    private static final int SLACK = 8;

    static Limits of(Config.Store store) {
        return new Limits(store.maxRecords(), store.maxBytes(), store.maxAge());
    }

    boolean any() {
        return maxRecords.isPresent() || maxBytes.isPresent() || maxAge.isPresent();
    }

    /** Whether there is too much, age apart. */
    boolean exceededBy(View view) {
        return view.index().records().orElse(0) > maxRecords.orElse(Long.MAX_VALUE)
                || view.end() > maxBytes.orElse(Long.MAX_VALUE);
    }

    /** What is to be left; where a limit is kept already, it asks for nothing. */
    Cut.Target target(long records, long bytes, Instant now) {
        return new Cut.Target(lowered(maxRecords, records), lowered(maxBytes, bytes),
                maxAge.map(now::minus).orElse(Instant.MIN));
    }

    private static long lowered(OptionalLong max, long present) {
        long limit = max.orElse(Long.MAX_VALUE);
        return present > limit ? limit - limit / SLACK : limit;
    }
}
