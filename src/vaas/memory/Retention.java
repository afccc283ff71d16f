package vaas.memory;

import java.io.Closeable;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Keeps a memory within its limits: a thread that sleeps until there is too much, or an hour has
 * passed, and then lets the oldest turns go. Without limits there is no thread.
 */
final class Retention implements Closeable {
    private static final System.Logger LOG = System.getLogger(Retention.class.getName());
    /** Limits of age are in days, so a turn stays a few percent of one too long at most. */
    private static final Duration PAUSE = Duration.ofHours(1);
    /** A full disk would else cost a vain copy with every turn. */
    private static final Duration PAUSE_AFTER_FAILURE = Duration.ofMinutes(1);

    private final Limits limits;
    private final Journal journal;
    private final Replacing replacing;
    private final AuditLog audit;
    private final Clock clock;
    private final MemoryMetrics metrics;
    /** Not park and unpark: the disk work in between waits too, and would use up the signal. */
    private final Semaphore wake = new Semaphore(0);
    private final Thread thread = new Thread(this::run, "vaas-memory-retention");
    private volatile boolean closed;
    private volatile boolean failing; // the last run has failed, and the next is not due

    private Retention(Limits limits, Journal journal, Replacing replacing, AuditLog audit,
            Clock clock, MemoryMetrics metrics) {
        this.metrics = metrics;
        this.limits = limits;
        this.journal = journal;
        this.replacing = replacing;
        this.audit = audit;
        this.clock = clock;
    }

    /** Starts to watch a journal, if there is any limit. */
    static Retention start(Limits limits, Journal journal, Replacing replacing, AuditLog audit,
            Clock clock, MemoryMetrics metrics) {
        Retention retention =
                new Retention(limits, journal, replacing, audit, clock, metrics);
        if (limits.any()) {
            journal.afterForce(retention::wakeIfNeeded);
            retention.thread.setDaemon(true);
            retention.thread.start();
        }
        return retention;
    }

    @Override
    public void close() {
        closed = true;
        wake.release();
        Closing.awaitEnd(thread);
    }

    private void wakeIfNeeded() {
        if (!failing && limits.exceededBy(journal.view())) {
            wake.release();
        }
    }

    private void run() {
        while (!closed) {
            try {
                keep();
                pause(PAUSE);
            } catch (Throwable e) { // also of a heap that was full: a limit must not end with it
                LOG.log(System.Logger.Level.WARNING, "the memory is over its limits, and could not"
                        + " be cut: {0}", e.toString());
                failing = true; // no turn wakes us for a while
                pause(PAUSE_AFTER_FAILURE);
                failing = false;
            }
        }
    }

    private void pause(Duration longest) {
        try {
            wake.tryAcquire(longest.toSeconds(), TimeUnit.SECONDS);
            wake.drainPermits();
        } catch (InterruptedException e) {
            closed = true; // nobody but an embedder's thread tools would do that
        }
    }

    /** Cuts once, if there is too much. */
    private void keep() throws IOException {
        long start = System.nanoTime();
        Journal.Reading reading = journal.read();
        View view = reading.view();
        Cut cut;
        try (Disk.Handle reader = reading.reader()) {
            while (!closed && view.index().step(reader)) {
                // until all is counted, which is so at once but for a large file just opened
            }
            long records = view.index().count();
            cut = Cut.find(reader, view.end(), records,
                    limits.target(records, view.end(), clock.instant()));
        }
        if (!closed && cut.offset() > 0 && journal.view().epoch() == view.epoch()) {
            rewrite(view, cut, start);
        }
    }

    private void rewrite(View planned, Cut cut, long start) throws IOException {
        String outcome = "failed";
        try {
            if (!replacing.rewrite(planned, cut, () -> !closed)) {
                outcome = "given up"; // for a reset, which leaves nothing to cut
                return;
            }
            outcome = "ok";
            metrics.retained.add(cut.records());
            LOG.log(System.Logger.Level.INFO, "past a limit: {0} records of {1} bytes have gone",
                    Long.toString(cut.records()), Long.toString(cut.offset()));
        } finally {
            boolean done = outcome.equals("ok");
            audit.write(new AuditLog.Entry("retention", Requester.SELF, planned.generation(),
                    done ? cut.records() : 0, done ? cut.offset() : 0, start, outcome));
        }
    }
}
