package vaas.memory.line;

import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What may be said about how much is remembered and for how long, wherever that is. Used by one
 * thread.
 *
 * @param <T> the options that these are a part of
 */
public abstract class LimitOptions<T extends LimitOptions<T>> {
    private static final Duration PAUSE_MIN = Duration.ofMinutes(1);
    /** Limits of age are in days, so a turn stays a few percent of one too long at most. */
    private static final Duration PAUSE_MAX = Duration.ofHours(1);

    protected Limits limits = Limits.NONE;
    protected long maxConversations = 100_000;
    protected Optional<Duration> idle = Optional.empty();
    protected Clock clock = Clock.systemUTC();

    @SuppressWarnings("unchecked") // by the bound of T
    private T self() {
        return (T) this;
    }

    /**
     * Past so many records of a conversation its oldest turns go, but never the newest; default: no
     * limit.
     *
     * @throws IllegalArgumentException if it is below 2
     */
    public T maxRecords(long records) {
        limits = new Limits(OptionalLong.of(records), limits.maxBytes(), limits.maxAge());
        return self();
    }

    /**
     * Past so many bytes of a conversation, as lines of a file, its oldest turns go, but never the
     * newest. A turn that is larger than this is not counted, so that no others go for its sake; it
     * goes once it is the oldest. Default: no limit.
     *
     * @throws IllegalArgumentException if it is below 242: no turn would stay
     */
    public T maxBytes(long bytes) {
        limits = new Limits(limits.maxRecords(), OptionalLong.of(bytes), limits.maxAge());
        return self();
    }

    /**
     * Turns that are older go within the hour, the newest one too; default: no limit.
     *
     * @throws IllegalArgumentException if it is not more than nothing
     */
    public T maxAge(Duration age) {
        limits = new Limits(limits.maxRecords(), limits.maxBytes(), Optional.of(age));
        return self();
    }

    /**
     * Named conversations that are stored, 100,000 by default; no more begin then.
     *
     * @throws IllegalArgumentException if it is below 1
     */
    public T maxConversations(long conversations) {
        requireOne("maxConversations", conversations);
        maxConversations = conversations;
        return self();
    }

    /** A conversation in which nobody has spoken for so long is reset; default: none is. */
    public T idle(Duration silence) {
        idle = Optional.of(silence);
        return self();
    }

    /** Another clock, for tests. */
    public T clock(Clock other) {
        clock = other;
        return self();
    }

    /** Between looks at all: conversations left alone for long stay so for a quarter more. */
    public static Duration pause(Optional<Duration> idle) {
        Duration quarter = idle.map(it -> it.dividedBy(4)).orElse(PAUSE_MAX);
        return quarter.compareTo(PAUSE_MIN) < 0 ? PAUSE_MIN
                : quarter.compareTo(PAUSE_MAX) > 0 ? PAUSE_MAX : quarter;
    }

    protected static void requireOne(String name, long value) {
        if (value < 1) {
            throw new IllegalArgumentException(name + " is " + value + ", expected at least 1");
        }
    }
}
