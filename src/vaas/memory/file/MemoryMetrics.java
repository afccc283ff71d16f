package vaas.memory.file;

import vaas.metrics.Counter;
import vaas.metrics.Histogram;
import vaas.metrics.Metrics;

/** What memories count and time; the times go to the log as well, at level DEBUG. */
public final class MemoryMetrics {
    private static final System.Logger LOG = System.getLogger(MemoryMetrics.class.getName());

    private final Histogram append;
    private final Histogram sync;
    private final Histogram reset;
    final Histogram lockWait;
    final Counter fenced;
    private final Counter tornTails;
    private final Counter tornBytes;
    final Counter retained;

    /** Registers all of it. */
    public MemoryMetrics(Metrics metrics) {
        append = metrics.histogram("vaas_memory_append_duration_seconds",
                "Storing a turn, from the call until it is durable.");
        sync = metrics.histogram("vaas_memory_sync_duration_seconds",
                "Bringing the turns that wait to disk.");
        reset = metrics.histogram("vaas_memory_reset_duration_seconds",
                "Resets, failed ones included.");
        lockWait = metrics.histogram("vaas_memory_lock_wait_duration_seconds",
                "Waiting for the write lock to append.");
        fenced = metrics.counter("vaas_memory_fenced_turns_total",
                "Turns that were not stored because a reset came first.");
        tornTails = metrics.counter("vaas_memory_torn_tails_total",
                "Unfinished turns cut off at start.");
        tornBytes = metrics.counter("vaas_memory_torn_bytes_total",
                "Bytes of unfinished turns cut off at start.");
        retained = metrics.counter("vaas_memory_retention_records_total",
                "Records that went because of a limit.");
    }

    /** A turn is durable. */
    void appended(long startNanos) {
        time(append, "storing a turn", startNanos);
    }

    /** The turns that waited are on disk. */
    void synced(long startNanos, int turns) {
        sync.since(startNanos);
        LOG.log(System.Logger.Level.DEBUG, () -> "a sync for " + turns + " turns took "
                + micros(startNanos) + " us");
    }

    /** A reset has ended, well or not. */
    void reset(long startNanos) {
        time(reset, "a reset", startNanos);
    }

    /** Counts an unfinished turn that opening has cut off. */
    void torn(long bytes) {
        tornTails.increment();
        tornBytes.add(bytes);
    }

    private static void time(Histogram histogram, String what, long startNanos) {
        histogram.since(startNanos);
        LOG.log(System.Logger.Level.DEBUG, () -> what + " took " + micros(startNanos) + " us");
    }

    private static long micros(long startNanos) {
        return (System.nanoTime() - startNanos) / 1000;
    }
}
