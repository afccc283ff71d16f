package vaas.memory.sql;

import java.time.Duration;

/** Time that something may take; an interrupt does not cut a wait short, and is kept. */
record Patience(long endNanos) {
    /** Something that is waited for. */
    interface Wait {
        boolean await(long nanos) throws InterruptedException;
    }

    static Patience of(Duration time) {
        return new Patience(System.nanoTime() + time.toNanos());
    }

    Duration left() {
        return Duration.ofNanos(Math.max(0, endNanos - System.nanoTime()));
    }

    boolean isOver() {
        return left().isZero();
    }

    /** The same, or so much time if that is less. */
    Patience atMost(Duration time) {
        return left().compareTo(time) < 0 ? this : of(time);
    }

    /** Waits; false if it has not come in time. */
    boolean await(Wait wait) {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return wait.await(left().toNanos());
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
