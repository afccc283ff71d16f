package vaas.memory.folder;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import vaas.disk.Closeables;
import vaas.disk.Disk;
import vaas.json.Json;
import vaas.memory.MemoryRecord;
import vaas.memory.file.Audit;

/**
 * Who made the memory forget what, and when: {@code audit.jsonl} beside the memory, one JSON object
 * a line, durable. Never any content, not even hashed. Safe for concurrent use.
 */
final class AuditLog implements Audit {
    static final String FILE_NAME = "audit.jsonl";
    /** The previous file, once the present one has grown past {@link #BYTES_MAX}. */
    static final String OLD_NAME = "audit.1.jsonl";

    private static final System.Logger LOG = System.getLogger(AuditLog.class.getName());
    /** Some 30,000 entries; two files of it at most. */
    private static final long BYTES_MAX = 8 << 20;

    private final Disk disk;
    private final Path folder;
    private final Clock clock;
    private final ReentrantLock lock = new ReentrantLock(); // one line at a time; a leaf

    AuditLog(Disk disk, Path folder, Clock clock) {
        this.disk = disk;
        this.folder = folder;
        this.clock = clock;
    }

    @Override
    public void write(Entry entry) {
        lock.lock();
        try {
            append(Json.write(members(entry)));
        } catch (IOException e) {
            LOG.log(System.Logger.Level.ERROR, "{0} of {1} bytes by {2} could not be written to"
                    + " the audit: {3}", word(entry.what()), Long.toString(entry.bytes()),
                    entry.by().logId(), e.toString());
        } finally {
            lock.unlock();
        }
    }

    private Map<String, Object> members(Entry entry) {
        boolean came = entry.what() == What.RESTORE;
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("time", MemoryRecord.time(clock.instant()));
        members.put("request_id", entry.by().requestId());
        members.put("remote_address", entry.by().remoteAddress());
        members.put("what", word(entry.what()));
        members.put("session", entry.conversation());
        members.put(entry.what() == What.RESET_ALL ? "sessions_reset" : "generation",
                entry.generation());
        members.put(came ? "records_restored" : "records_removed",
                entry.records().isPresent() ? entry.records().getAsLong() : null);
        members.put(came ? "bytes_restored" : "bytes_removed", entry.bytes());
        members.put("milliseconds", entry.millis());
        members.put("outcome", entry.outcome().words());
        return members;
    }

    private static String word(What what) {
        return what.name().toLowerCase(Locale.ROOT);
    }

    private void append(byte[] json) throws IOException {
        Path path = folder.resolve(FILE_NAME);
        try (Disk.Handle file = disk.exists(path) ? disk.open(path) : disk.create(path)) {
            long end = file.length();
            try {
                file.write(end, line(file, end, json));
            } catch (IOException e) {
                Closeables.after(e, () -> file.truncate(end));
                throw e;
            }
            file.sync();
            if (end > BYTES_MAX) {
                disk.move(path, folder.resolve(OLD_NAME));
            }
            if (end == 0 || end > BYTES_MAX) { // a first entry may have failed before the sync
                disk.syncFolder(folder);
            }
        }
    }

    // A crash may have left a line without its end; the new one must not run on from it.
    private static byte[] line(Disk.Handle file, long end, byte[] json) throws IOException {
        byte[] last = {'\n'};
        if (end > 0) {
            file.read(end - 1, last, 0, 1);
        }
        String before = last[0] == '\n' ? "" : "\n";
        return (before + new String(json, StandardCharsets.UTF_8) + "\n")
                .getBytes(StandardCharsets.UTF_8);
    }
}
