package vaas.memory.folder;

import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import vaas.testing.Await;

/** Waits for states, never for a time. */
final class Waiting {
    private static final String SWEEP = "vaas-memory-sweep";

    private Waiting() {}

    static void until(BooleanSupplier done) {
        Await.until(done::getAsBoolean);
    }

    /** Until a thread waits for another, or has ended. */
    static void untilHeldUp(Thread thread) {
        until(() -> switch (thread.getState()) {
            case WAITING, TIMED_WAITING, BLOCKED, TERMINATED -> true;
            default -> false;
        });
    }

    /** Whether this is the thread that works behind. */
    static boolean isSweeping() {
        return Thread.currentThread().getName().equals(SWEEP);
    }

    /** All such threads. */
    static Set<Thread> sweepers() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(it -> it.isAlive() && it.getName().equals(SWEEP))
                .collect(Collectors.toSet());
    }
}
