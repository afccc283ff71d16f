package vaas.memory;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.stream.Stream;
import vaas.config.Config;
import vaas.metrics.Metrics;

/**
 * A conversation that outlives the process and can be wiped: an append-only file of JSON lines,
 * {@code memory.jsonl}, in a folder that one memory owns.
 *
 * <p>All methods are safe for concurrent use. Interrupts neither hurt the file nor cut a wait
 * short; every wait is for the disk. Readers see only what is durable.
 */
public final class Memory implements Closeable {
    /** Below this a disk on which a write has failed still counts as full. */
    private static final long FREE_BYTES_MIN = 1 << 20;
    private final Clock clock;
    private final Closeable ownership;
    private final AuditLog audit;
    private final Optional<Backups> backups;
    private final MemoryMetrics metrics;
    private final Journal journal;
    private final Replacing replacing;
    private final IndexReading indexReading;
    private final Retention retention;

    private Memory(Disk disk, Config.Store store, Clock clock, Metrics metrics, Closeable ownership)
            throws IOException {
        long start = System.nanoTime();
        Path folder = store.memoryDir();
        this.clock = clock;
        this.ownership = ownership;
        this.metrics = new MemoryMetrics(metrics);
        this.audit = new AuditLog(disk, folder, clock);
        MemoryFile file = MemoryFile.open(disk, folder);
        auditRepair(file, start);
        Disk.Handle reader = null;
        try {
            this.backups = store.backupDir().isEmpty() ? Optional.empty()
                    : Optional.of(Backups.open(disk, folder, store.backupDir().get()));
            reader = file.reader();
            View.Opening opening = View.open(reader, file, store.windowRecords());
            this.journal = new Journal(
                    file, opening.lastId(), opening.view(), clock, this.metrics);
            this.indexReading = IndexReading.start(
                    opening.view().index(), reader, file.end());
        } catch (IOException | RuntimeException e) {
            Closing.after(e, reader, file);
            throw e;
        }
        this.replacing = new Replacing(journal, file);
        this.retention = Retention.start(
                Limits.of(store), journal, replacing, audit, clock, this.metrics);
        MemoryMetrics.show(metrics, this);
    }

    /**
     * Opens a memory without limits and backups; see {@link #open(Config.Store, Metrics)}.
     *
     * @param folder of this memory alone
     * @param windowRecords how many of the newest records to hold in memory
     * @return the open memory
     * @throws IOException if the folder can't be used
     */
    public static Memory open(Path folder, int windowRecords) throws IOException {
        return open(Config.Store.of(folder, windowRecords), new Metrics());
    }

    /**
     * Opens the memory in a folder, which is created if need be, and repairs what a crash left:
     * the bytes of an unfinished turn at the end of the file are cut and logged. Ready after
     * reading the tail, whatever the size of the file.
     *
     * @param store where it is; how many of the newest records to hold in memory (beyond 1,024
     *     records or 4 Mi chars they are read from the file when asked for); limits and backups
     * @param metrics where it counts what it does
     * @return the open memory
     * @throws IOException if the folder can't be created or written, or is in use
     */
    public static Memory open(Config.Store store, Metrics metrics) throws IOException {
        return open(new FileDisk(), store, Clock.systemUTC(), metrics);
    }

    static Memory open(Disk disk, Config.Store store, Clock clock, Metrics metrics)
            throws IOException {
        if (store.windowRecords() < 0) {
            throw new IllegalArgumentException(
                    "windowRecords is " + store.windowRecords() + ", expected at least 0");
        }
        disk.createFolder(store.memoryDir());
        Closeable ownership = disk.lock(store.memoryDir());
        try {
            return new Memory(disk, store, clock, metrics, ownership);
        } catch (IOException | RuntimeException e) {
            Closing.after(e, ownership);
            throw e;
        }
    }

    /**
     * Take this before reading what an answer will be built on, and pass it to {@link #insert}.
     *
     * @return how many resets there have been since the memory was opened
     */
    public long generation() {
        return journal.view().generation();
    }

    /**
     * Stores a question and its answer as one turn; on return it is durable.
     *
     * @param generation what {@link #generation} said before the question was put to the model
     * @param question the user's text
     * @param answer the assistant's text
     * @return the answer's record, or empty if a reset came first and nothing is remembered
     * @throws IllegalArgumentException if a text is too long or not well-formed
     * @throws MemoryUnavailableException if the memory is closed or a force has failed
     * @throws IOException if the turn can't be written, as on a full disk; the memory is unchanged
     */
    public Optional<MemoryRecord> insert(long generation, String question, String answer)
            throws IOException {
        return journal.insert(generation, question, answer);
    }

    /**
     * The newest whole turns, oldest first; never begins with an answer. Touches no disk for as
     * many records as the window holds.
     *
     * @param n most records to return, at least 0; an odd number counts as one less
     * @return an immutable list
     * @throws IOException if the file has to be read and can't be
     */
    public List<MemoryRecord> latest(int n) throws IOException {
        if (n < 0) {
            throw new IllegalArgumentException("n is " + n + ", expected at least 0");
        }
        Optional<List<MemoryRecord>> held = journal.view().window().latest(n);
        return held.isPresent() ? held.get() : readStable((file, view) -> view.latest(file, n));
    }

    /**
     * What fits a prompt: like {@link #latest}, but at most 4 Mi chars of text. Touches no disk,
     * unless n is more than the window was opened for.
     *
     * @param n most records to return, at least 0
     * @return an immutable list
     * @throws IOException if the file has to be read and can't be
     */
    public List<MemoryRecord> recent(int n) throws IOException {
        Window window = journal.view().window();
        return window.covers(n) ? window.newest(n) : latest(n);
    }

    /**
     * Finds a record by its id: a search in memory and a small read.
     *
     * @param messageId any id
     * @return the record, if it is remembered
     * @throws IOException if the file can't be read
     */
    public Optional<MemoryRecord> byMessageId(UUID messageId) throws IOException {
        return readStable((reader, view) -> view.byMessageId(reader, messageId));
    }

    /**
     * Streams everything that is remembered now, in order, reading the file as it goes; damaged
     * lines are skipped. Ends early if a reset comes meanwhile, for then there is nothing left.
     *
     * @return a stream to be closed; it throws {@link UncheckedIOException} if the file can't be
     *     read
     * @throws IOException if the file can't be opened
     */
    public Stream<MemoryRecord> all() throws IOException {
        return RecordStream.of(journal);
    }

    /**
     * Forgets everything; see {@link #resetMemory(Requester)}.
     *
     * @return what was removed
     * @throws IOException if that can't be made durable
     */
    public Receipt resetMemory() throws IOException {
        return resetMemory(Requester.SELF);
    }

    /**
     * Forgets everything, durably: on return the old file is truncated and closed, and no file of
     * this memory holds any of its text, but for a backup where the settings ask for one. Works on
     * a memory that refuses writes, and makes it writable again. Appends and reads are held up for
     * a rename only, whatever the size.
     *
     * @param requester for the audit, which is on disk before this returns
     * @return what was removed
     * @throws MemoryUnavailableException if the memory is closed
     * @throws IOException if the reset can't be made durable: the memory is as it was or empty,
     *     and asking again is safe
     */
    public Receipt resetMemory(Requester requester) throws IOException {
        long start = System.nanoTime();
        Receipt receipt = null;
        try {
            receipt = replacing.reset(
                    backups.map(it -> it.next(clock.instant(), generation() + 1)));
            return receipt;
        } finally {
            metrics.reset(start);
            boolean done = receipt != null;
            audit.write(new AuditLog.Entry("reset", requester,
                    done ? receipt.generation() : generation(),
                    done ? receipt.recordsRemoved() : 0, done ? receipt.bytesRemoved() : 0, start,
                    done ? "ok" : "failed"));
        }
    }

    /**
     * Number of readable records, once the file has been read to its end after opening.
     *
     * @return the number, or empty while it is still being counted
     */
    public OptionalLong size() {
        return journal.view().index().records();
    }

    /**
     * Length of the file.
     *
     * @return bytes
     */
    public long bytes() {
        return journal.view().end();
    }

    /**
     * Damaged lines met so far; each is logged once with its place, and skipped.
     *
     * @return their number since the memory was opened or reset
     */
    public long damagedLines() {
        return journal.view().index().damagedLines();
    }

    /**
     * Tells whether a turn could be stored now, as far as can be known without writing one.
     *
     * @return false if closed, after a failed force, or while the disk is full
     */
    public boolean isWritable() {
        return journal.isWritable(FREE_BYTES_MIN);
    }

    /**
     * Refuses early what {@link #insert} would refuse anyway.
     *
     * @throws MemoryUnavailableException if the memory is closed or a force has failed
     */
    public void requireWritable() throws MemoryUnavailableException {
        journal.checkWritable();
    }

    /** Forces what is being stored, then gives the folder back. */
    @Override
    public void close() throws IOException {
        Closing.all(retention, indexReading, replacing, ownership);
    }

    private void auditRepair(MemoryFile file, long start) {
        if (file.tornBytes() > 0) {
            metrics.torn(file.tornBytes());
            audit.write(new AuditLog.Entry(
                    "repair", Requester.SELF, 0, 0, file.tornBytes(), start, "ok"));
        }
    }

    private interface ViewReader<T> {
        T read(Disk.Handle reader, View view) throws IOException;
    }

    // A file that is replaced meanwhile may have been cut short: what holds then is the newer one.
    private <T> T readStable(ViewReader<T> action) throws IOException {
        while (true) {
            Journal.Reading reading = journal.read();
            try (Disk.Handle reader = reading.reader()) {
                T found = action.read(reader, reading.view());
                if (journal.view().epoch() == reading.view().epoch()) {
                    return found;
                }
            }
        }
    }
}
