package vaas.memory.file;

import java.io.IOException;
import java.nio.file.Path;
import java.util.function.BooleanSupplier;

/** Counts the records that were there at opening, once, and sees whether their ids rise. */
final class Counting {
    private static final System.Logger LOG = System.getLogger(Counting.class.getName());

    private final Journal journal;
    private final Current current;
    private final Path path;
    private volatile boolean disordered; // ids have been seen to fall

    Counting(Journal journal, Current current, Path path) {
        this.journal = journal;
        this.current = current;
        this.path = path;
    }

    /** Whether no ids have been seen to fall. */
    boolean isOrdered() {
        return !disordered;
    }

    /** Another file has taken the place of the one that was looked at. */
    void clear() {
        disordered = false;
    }

    /** Counts beside everything else; false if it was not wanted to the end. */
    boolean count(BooleanSupplier wanted) throws IOException {
        try (Reading reading = journal.read()) {
            Snapshot then = reading.snapshot();
            if (then.tally().known().isPresent()) {
                return true;
            }
            LineCounter counted =
                    LineCounter.count(reading.handle(), then.tally().from(), wanted);
            if (counted.isWhole()) {
                current.publish(now -> now.fileVersion() != then.fileVersion() ? now
                        : now.with(now.tally().completed(counted.records())));
                tellOrder(counted.isOrdered());
            }
            return counted.isWhole();
        }
    }

    private void tellOrder(boolean ordered) {
        if (!ordered && !disordered) {
            disordered = true;
            LOG.log(System.Logger.Level.WARNING, "{0}: message ids are not in order, as when files"
                    + " are joined by hand; some may not be found by id", path);
        }
    }
}
