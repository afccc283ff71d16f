package vaas.memory.folder;

import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import vaas.disk.Closeables;
import vaas.memory.file.FileMemory;

/**
 * The one thread that works behind: it counts what was there at opening, and keeps memories within
 * their limits. It sleeps until one has outgrown them, or an hour has passed; without limits it
 * ends once all is counted.
 */
final class Sweeper implements Closeable {
    private static final System.Logger LOG = System.getLogger(Sweeper.class.getName());
    /** Limits of age are in days, so a turn stays a few percent of one too long at most. */
    private static final Duration PAUSE = Duration.ofHours(1);
    /** A full disk would else cost a vain copy with every turn. */
    private static final Duration PAUSE_AFTER_FAILURE = Duration.ofMinutes(1);

    /** Not park and unpark: the disk work in between waits too, and would use up the signal. */
    private final Semaphore wake = new Semaphore(0);
    private volatile boolean closed;
    private volatile boolean failing; // the last run has failed, and the next is not due
    private volatile Thread thread; // null before the start

    /** Begins to look after a memory. */
    void start(FileMemory memory, boolean limited) {
        thread = new Thread(() -> run(memory, limited), "vaas-memory-sweep");
        thread.setDaemon(true);
        thread.start();
    }

    /** Some memory has outgrown a limit. */
    void wake() {
        if (!failing) {
            wake.release();
        }
    }

    /** Ends the thread, and waits for the step that is under way. */
    @Override
    public void close() {
        closed = true;
        wake.release();
        if (thread != null) {
            Closeables.awaitEnd(thread);
        }
    }

    private void run(FileMemory memory, boolean limited) {
        do {
            try {
                if (memory.size().isEmpty()) {
                    memory.countBehind(() -> !closed);
                }
                if (limited) {
                    memory.trim(() -> !closed);
                    pause(PAUSE);
                }
            } catch (IOException | RuntimeException | Error e) { // a limit must not end with it
                told(e);
                pause(PAUSE_AFTER_FAILURE);
                failing = false;
            }
        } while (!closed && (limited || memory.size().isEmpty()));
    }

    private void told(Throwable e) {
        failing = true; // no turn wakes us for a while, nor one that came meanwhile
        wake.drainPermits();
        LOG.log(System.Logger.Level.WARNING, "the memory could not be counted, or cut to its"
                + " limits: {0}", e.toString());
    }

    private void pause(Duration longest) {
        try {
            if (!closed) {
                wake.tryAcquire(longest.toSeconds(), TimeUnit.SECONDS);
                wake.drainPermits();
            }
        } catch (InterruptedException e) {
            closed = true; // nobody but an embedder's thread tools would do that
        }
    }
}
