package vaas.memory.sql;

import vaas.metrics.Counter;
import vaas.metrics.Histogram;
import vaas.metrics.Metrics;

/** What conversations in a database count and time, as those in files do. */
final class SqlMetrics {
    final Histogram append;
    final Histogram reset;
    final Counter fenced;
    final Counter retained;
    final Counter settled;

    SqlMetrics(Metrics metrics) {
        append = metrics.histogram("vaas_memory_append_duration_seconds",
                "Storing a turn, from the call until it is durable.");
        reset = metrics.histogram("vaas_memory_reset_duration_seconds",
                "Resets, failed ones included.");
        fenced = metrics.counter("vaas_memory_fenced_turns_total",
                "Turns that were not stored because a reset came first.");
        retained = metrics.counter("vaas_memory_retention_records_total",
                "Records that went because of a limit.");
        settled = metrics.counter("vaas_database_settled_commits_total",
                "Turns of which nothing was heard at first, and which were there.");
    }
}
