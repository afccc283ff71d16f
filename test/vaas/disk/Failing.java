package vaas.disk;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;

/**
 * A failure at one call to a disk, alone or with all that follow. A test is run with one at the
 * first call, at the second, and so on, until it makes so few that none fails.
 */
public final class Failing implements FaultyDisk.Fault {
    private static final int CALLS_MAX = 200; // more than any test makes

    private final int at;
    private final boolean forGood;
    private volatile boolean hit;

    private Failing(int at, boolean forGood) {
        this.at = at;
        this.forGood = forGood;
    }

    /** One run, whose disk fails as it is told to. */
    public interface Trial {
        void run(Failing failing) throws IOException;
    }

    /** What a failure may end. */
    public interface Action {
        void run() throws IOException;
    }

    /** At each call alone. */
    public static void once(Trial trial) throws IOException {
        each(false, trial);
    }

    /** At each call and all that follow. */
    public static void forGood(Trial trial) throws IOException {
        each(true, trial);
    }

    /** Both, one after the other. */
    public static void onceAndForGood(Trial trial) throws IOException {
        once(trial);
        forGood(trial);
    }

    private static void each(boolean forGood, Trial trial) throws IOException {
        boolean failed = true;
        for (int at = 1; failed; at++) {
            assertTrue(at < CALLS_MAX, "it never succeeds");
            Failing failing = new Failing(at, forGood);
            trial.run(failing);
            failed = failing.hit;
        }
    }

    /** Whether this ends well. */
    public static boolean succeeds(Action action) {
        try {
            action.run();
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public boolean fails(String call, int count) {
        boolean fails = forGood ? count >= at : count == at;
        hit |= fails;
        return fails;
    }

    @Override
    public String toString() {
        return "failing at call " + at + (forGood ? " for good" : "");
    }
}
