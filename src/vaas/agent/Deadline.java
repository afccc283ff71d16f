package vaas.agent;

import java.time.Duration;

/**
 * One point in time over all tries, rounds and waits of a chat. Immune to changes of the clock.
 * Immutable and safe for concurrent use.
 */
public final class Deadline {
    private final long nanoTime;

    private Deadline(long nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** A deadline that far from now; at most some 290 years. */
    public static Deadline after(Duration duration) {
        return new Deadline(System.nanoTime() + duration.toNanos());
    }

    /** What is left; zero once it has passed. */
    public Duration remaining() {
        return Duration.ofNanos(Math.max(0, nanoTime - System.nanoTime()));
    }

    /** Whether nothing is left. */
    public boolean hasPassed() {
        return remaining().isZero();
    }
}
