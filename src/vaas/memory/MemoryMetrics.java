package vaas.memory;

import vaas.metrics.Counter;
import vaas.metrics.Histogram;
import vaas.metrics.Metrics;

/** What a memory counts and times; the times go to the log as well, at level DEBUG. */
final class MemoryMetrics {
    private static final System.Logger LOG = System.getLogger(MemoryMetrics.class.getName());

    private final Histogram append;
    private final Histogram force;
    private final Histogram reset;
    final Histogram lockWait;
    final Counter fenced;
    private final Counter tornTails;
    private final Counter tornBytes;
    final Counter retained;

    MemoryMetrics(Metrics metrics) {
        append = metrics.histogram("vaas_memory_append_seconds",
                "Storing a turn, from the call until it is durable.");
        force = metrics.histogram("vaas_memory_force_seconds",
                "Forcing the turns that wait to disk.");
        reset = metrics.histogram("vaas_memory_reset_seconds", "Resets, failed ones included.");
        lockWait = metrics.histogram("vaas_memory_lock_wait_seconds",
                "Waiting for the write lock to append.");
        fenced = metrics.counter("vaas_memory_fenced_total",
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
    void forced(long startNanos, int turns) {
        time(force, "forcing, for " + turns + " turns,", startNanos);
    }

    /** A reset has ended, well or not. */
    void reset(long startNanos) {
        time(reset, "a reset", startNanos);
    }

    private static void time(Histogram histogram, String what, long startNanos) {
        histogram.since(startNanos);
        LOG.log(System.Logger.Level.DEBUG, () -> what + " took "
                + (System.nanoTime() - startNanos) / 1000 + " us");
    }

    /** Counts an unfinished turn that opening has cut off. */
    void torn(long bytes) {
        tornTails.increment();
        tornBytes.add(bytes);
    }

    /** Adds what is asked of an open memory. */
    static void show(Metrics metrics, Memory memory) {
        metrics.gauge("vaas_memory_bytes", "Length of the memory file.", memory::bytes);
        metrics.gauge("vaas_memory_records", "Readable records, once they have been counted.",
                () -> memory.size().orElse(-1));
        metrics.gauge("vaas_memory_damaged_lines", "Damaged lines in the memory file.",
                memory::damagedLines);
    }
}
