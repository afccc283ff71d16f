package vaas.memory;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import vaas.json.Json;

/**
 * Who made the memory forget what, and when: {@code audit.jsonl} beside the memory, one JSON object
 * a line, forced to disk. Never any content, not even hashed. Safe for concurrent use.
 */
final class AuditLog {
    static final String FILE_NAME = "audit.jsonl";
    /** The previous file, once the present one has grown past {@link #BYTES_MAX}. */
    static final String OLD_NAME = "audit.1.jsonl";

    private static final System.Logger LOG = System.getLogger(AuditLog.class.getName());
    /** Some 30,000 entries; two files of it at most. */
    private static final long BYTES_MAX = 8 << 20;
    private static final int NANOS_PER_MILLI = 1_000_000;

    private final Disk disk;
    private final Path folder;
    private final Clock clock;
    private final ReentrantLock lock = new ReentrantLock(); // one line at a time

    AuditLog(Disk disk, Path folder, Clock clock) {
        this.disk = disk;
        this.folder = folder;
        this.clock = clock;
    }

    /**
     * What has been done.
     *
     * @param what "reset", "retention", "repair" or "restore"
     * @param startNanos of {@link System#nanoTime}
     * @param outcome "ok", or a word for what went wrong
     */
    record Entry(String what, Requester requester, long generation, long records, long bytes,
            long startNanos, String outcome) {
        private Map<String, Object> members(Clock clock) {
            Map<String, Object> members = new LinkedHashMap<>();
            members.put("time", RecordLine.MILLIS.format(clock.instant()));
            members.put("request_id", requester.requestId());
            members.put("remote_address", requester.remoteAddress());
            members.put("what", what);
            members.put("session", null); // there is one conversation so far
            members.put("generation", generation);
            members.put(what.equals("restore") ? "records_restored" : "records_removed", records);
            members.put(what.equals("restore") ? "bytes_restored" : "bytes_removed", bytes);
            members.put("milliseconds", (System.nanoTime() - startNanos) / NANOS_PER_MILLI);
            members.put("outcome", outcome);
            return members;
        }
    }

    /** Writes an entry. If that can't be done, the log says so: what it tells of has happened. */
    void write(Entry entry) {
        lock.lock();
        try {
            append(Json.write(entry.members(clock)));
        } catch (IOException e) {
            LOG.log(System.Logger.Level.ERROR, "{0} of {1} bytes by {2} could not be written to"
                    + " the audit: {3}", entry.what, Long.toString(entry.bytes),
                    entry.requester.requestId(), e.toString());
        } finally {
            lock.unlock();
        }
    }

    private void append(byte[] json) throws IOException {
        Path path = folder.resolve(FILE_NAME);
        try (Disk.Handle file = disk.exists(path) ? disk.open(path) : disk.create(path)) {
            long end = file.length();
            try {
                file.write(end, line(file, end, json));
            } catch (IOException e) {
                Closing.after(e, () -> file.truncate(end));
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
        byte[] last = new byte[] {'\n'};
        if (end > 0) {
            file.read(end - 1, last, 0, 1);
        }
        int start = last[0] == '\n' ? 0 : 1;
        byte[] line = new byte[start + json.length + 1];
        Arrays.fill(line, (byte) '\n');
        System.arraycopy(json, 0, line, start, json.length);
        return line;
    }
}
