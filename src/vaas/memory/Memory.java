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
import vaas.memory.Journal.Reading;

/**
 * A conversation that outlives the process and can be wiped: an append-only file of JSON lines,
 * {@code memory.jsonl}, in a folder that one memory owns.
 *
 * <p>All methods are safe for concurrent use. Interrupts neither hurt the file nor cut a wait
 * short; every wait is for the disk. Readers see only what is durable.
 */
public final class Memory implements Closeable {
    /** How much of the file opening may read to fill the window. */
    private static final long OPEN_READ_BYTES = 16 << 20;
    /** Below this a disk on which a write has failed still counts as full. */
    private static final long FREE_BYTES_MIN = 1 << 20;

    private final Closeable ownership;
    private final Journal journal;
    private final IndexReading indexReading;

    private Memory(Closeable ownership, Journal journal, IndexReading indexReading) {
        this.ownership = ownership;
        this.journal = journal;
        this.indexReading = indexReading;
    }

    /**
     * Opens the memory in a folder, which is created if need be, and repairs what a crash left:
     * the bytes of an unfinished turn at the end of the file are cut and logged. Ready after
     * reading the tail, whatever the size of the file.
     *
     * @param folder of this memory alone
     * @param windowRecords how many of the newest records to hold in memory, at least 0; beyond
     *     1,024 records or 4 Mi chars, they are read from the file when asked for
     * @return the open memory
     * @throws IOException if the folder can't be created or written, or is in use
     */
    public static Memory open(Path folder, int windowRecords) throws IOException {
        return open(new FileDisk(), folder, windowRecords, Clock.systemUTC());
    }

    static Memory open(Disk disk, Path folder, int windowRecords, Clock clock) throws IOException {
        if (windowRecords < 0) {
            throw new IllegalArgumentException(
                    "windowRecords is " + windowRecords + ", expected at least 0");
        }
        disk.createFolder(folder);
        Closeable ownership = disk.lock(folder);
        MemoryFile file = null;
        try {
            file = MemoryFile.open(disk, folder);
            return open(ownership, file, windowRecords, clock);
        } catch (IOException | RuntimeException e) {
            Closing.after(e, file, ownership);
            throw e;
        }
    }

    private static Memory open(
            Closeable ownership, MemoryFile file, int windowRecords, Clock clock)
            throws IOException {
        Disk.Handle reader = file.reader();
        try {
            long end = file.end();
            Tail.Turns tail = Tail.wholeTurns(reader, end, windowRecords, OPEN_READ_BYTES);
            Window window = Window.empty(windowRecords).with(tail.list());
            SparseIndex index = new SparseIndex(file.path().toString(), end);
            View view = new View(0, end, tail.complete() ? window : window.withOlder(), index);
            UUID lastId = tail.newest().map(MemoryRecord::messageId).orElse(null);
            return new Memory(ownership, new Journal(file, lastId, view, clock),
                    IndexReading.start(index, reader, end));
        } catch (IOException | RuntimeException e) {
            reader.close();
            throw e;
        }
    }

    /**
     * How many resets there have been since the memory was opened. Take it before reading what an
     * answer will be built on, and pass it to {@link #insert}.
     *
     * @return the generation, from 0
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
        MemoryRecord.checkContent(question);
        MemoryRecord.checkContent(answer);
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
        return held.isPresent() ? held.get()
                : readStable((reader, view) -> view.latest(reader, n));
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
     * Forgets everything, durably: on return the old file is truncated and closed, and no file of
     * this memory holds any of its text. Works on a memory that refuses writes, and makes it
     * writable again. Appends and reads are held up for a rename only, whatever the size.
     *
     * @return what was removed
     * @throws MemoryUnavailableException if the memory is closed
     * @throws IOException if the reset can't be made durable: the memory is as it was or empty,
     *     and asking again is safe
     */
    public Receipt resetMemory() throws IOException {
        return journal.resetMemory();
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
     * Length of what is remembered.
     *
     * @return bytes
     */
    public long bytes() {
        return journal.view().end();
    }

    /**
     * Number of damaged lines met so far; each is logged once with its place, and skipped.
     *
     * @return the number since the memory was opened or reset
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

    /** Forces what is being stored, then gives the folder back. Closing again does nothing. */
    @Override
    public void close() throws IOException {
        Closing.all(journal, indexReading, ownership);
    }

    private interface ViewReader<T> {
        T read(Disk.Handle reader, View view) throws IOException;
    }

    // A reset may have cut the file under the reading; what holds then is the newer state.
    private <T> T readStable(ViewReader<T> action) throws IOException {
        while (true) {
            Reading reading = journal.read();
            try (Disk.Handle reader = reading.reader()) {
                T found = action.read(reader, reading.view());
                if (generation() == reading.view().generation()) {
                    return found;
                }
            }
        }
    }
}
