package vaas.memory.folder;

import java.io.Closeable;
import java.io.IOException;
import vaas.disk.Closeables;
import vaas.memory.file.FileMemory;
import vaas.metrics.Counter;
import vaas.metrics.Metrics;

/** What a folder of conversations counts and shows; never by name of one. */
final class FolderMetrics implements Closeable {
    private final Metrics metrics;
    private final Counter evictions;
    private Closeable gauges = () -> { };

    FolderMetrics(Metrics metrics) {
        this.metrics = metrics;
        this.evictions = metrics.counter("vaas_session_evictions_total",
                "Conversations closed to make room for others.");
    }

    void evicted() {
        evictions.increment();
    }

    void show(FileMemory shared, Sessions sessions) {
        Closeable bytes = metrics.gauge("vaas_memory_bytes",
                "Length of the shared conversation's file.", shared::bytes);
        Closeable records = metrics.gauge("vaas_memory_records", "Records of the shared"
                + " conversation, once they have been counted.", () -> shared.size().orElse(-1));
        Closeable damaged = metrics.gauge("vaas_memory_damaged_lines",
                "Damaged lines met in the shared conversation's file.", shared::damagedLines);
        Closeable open = metrics.gauge("vaas_sessions_open", "Named conversations that are open.",
                sessions::size);
        Closeable stored = metrics.gauge("vaas_sessions_stored",
                "Named conversations on disk, or about to be.", () -> sessions.stored().stored());
        Closeable waiting = metrics.gauge("vaas_waiting_chats",
                "Chats that wait for their turn in a conversation.", sessions::waiting);
        gauges = () -> Closeables.all(bytes, records, damaged, open, stored, waiting);
    }

    @Override
    public void close() throws IOException {
        gauges.close();
    }
}
