package vaas.memory.file;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;

/**
 * The lines of a file that could not be read, each counted once however often it is met; the first
 * few are logged with their place. Safe for concurrent use.
 */
final class Damage {
    private static final System.Logger LOG = System.getLogger(Damage.class.getName());
    private static final int LOGGED_MAX = 5;
    /** What is remembered of each costs some 50 bytes; past so many, no more are counted. */
    private static final int COUNTED_MAX = 10_000;

    private final Path path;
    private final Set<Long> offsets = new HashSet<>(); // guarded by this

    Damage(Path path) {
        this.path = path;
    }

    /** A line has been met that can't be read. */
    void met(long offset, long bytes) {
        int number;
        synchronized (this) {
            if (offsets.size() >= COUNTED_MAX || !offsets.add(offset)) {
                return;
            }
            number = offsets.size();
        }
        if (number <= LOGGED_MAX) {
            LOG.log(System.Logger.Level.WARNING, "{0}: skipping a damaged line of {1} bytes at byte"
                    + " {2}{3}", path, Long.toString(bytes), Long.toString(offset),
                    number == LOGGED_MAX ? "; more are counted, but not logged" : "");
        }
    }

    /** Lines met so far, at most 10,000. */
    synchronized long lines() {
        return offsets.size();
    }

    /** Forgets them, for another file has taken the place of this one. */
    synchronized void clear() {
        offsets.clear();
    }
}
