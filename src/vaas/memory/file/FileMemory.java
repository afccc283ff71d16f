package vaas.memory.file;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import vaas.budget.Budget;
import vaas.budget.OverBudgetException;
import vaas.disk.Closeables;
import vaas.disk.Disk;
import vaas.memory.Export;
import vaas.memory.History;
import vaas.memory.Insertion;
import vaas.memory.Memory;
import vaas.memory.MemoryRecord;
import vaas.memory.MemoryUnavailableException;
import vaas.memory.Page;
import vaas.memory.Receipt;
import vaas.memory.Requester;
import vaas.memory.Turn;

/**
 * A conversation in one append-only file of JSON lines. What the package says about files, locks
 * and commit points is put together here; each part is a class of its own.
 */
public final class FileMemory implements Memory, Closeable {
    private static final System.Logger LOG = System.getLogger(FileMemory.class.getName());
    /** Below this a disk on which a write has failed still counts as full. */
    private static final long FREE_BYTES_MIN = 1 << 20;
    /** A file up to this size is counted when it is opened. */
    private static final long COUNTED_AT_ONCE_BYTES = 64 << 10;

    private final FileContext context;
    private final MemoryFile file;
    private final Current current;
    private final Keys keys;
    private final Health health;
    private final Journal journal;
    private final Damage damage;
    private final HistoryReader reader;
    private final int lineBytesMax;
    /** Taken before anything else: resets and rewrites come one at a time. */
    private final ReentrantLock replacing = new ReentrantLock();
    private final AtomicInteger impatient = new AtomicInteger(); // for whom a rewrite gives up
    private volatile boolean disordered; // ids have been seen to fall

    private FileMemory(FileContext context, MemoryFile file, Snapshot first, Damage damage) {
        this.context = context;
        this.file = file;
        this.keys = new Keys(context.budget());
        this.current = new Current(first, context.budget());
        this.health = new Health(file.path());
        this.journal = new Journal(context, file, current, keys, health);
        this.damage = damage;
        this.lineBytesMax = context.lineBytesMax();
        this.reader = new HistoryReader(context, journal, current, damage);
    }

    /**
     * Opens a file and repairs what a crash left. Ready after reading the tail, whatever the size;
     * records are counted by {@link #countBehind}, unless there are few. That of the shared
     * conversation is always there; any other comes with the first turn, and goes with a reset.
     *
     * @throws IOException if it can't be opened, read or written
     */
    public static FileMemory open(FileContext context, Path path) throws IOException {
        long start = System.nanoTime();
        MemoryFile file = MemoryFile.open(
                context.disk(), path, context.isShared(), context.lineBytesMax());
        Closeable opened = file;
        try {
            Damage damage = new Damage(path);
            FileMemory memory = new FileMemory(
                    context, file, HistoryReader.first(context, file, damage), damage);
            opened = memory;
            memory.tellRepair(start);
            if (file.end() <= COUNTED_AT_ONCE_BYTES) {
                memory.countBehind(() -> true);
            }
            return memory;
        } catch (IOException | RuntimeException e) {
            Closeables.after(e, opened);
            throw e;
        }
    }

    private void tellRepair(long start) {
        if (file.tornBytes() > 0) {
            context.metrics().torn(file.tornBytes());
            context.audit(Audit.What.REPAIR, Requester.SELF, 0, OptionalLong.of(0),
                    file.tornBytes(), start, Audit.Outcome.OK);
        }
    }

    /** {@inheritDoc} The bound in bytes is {@link Budget#historyBytes}, of text as JSON. */
    @Override
    public History latest(int n) throws IOException {
        if (n < 0) {
            throw new IllegalArgumentException("n is " + n + ", expected at least 0");
        }
        return reader.latest(FileContext.turns(n));
    }

    @Override
    public Page before(UUID messageId, int n) throws IOException {
        if (n < 1) {
            throw new IllegalArgumentException("n is " + n + ", expected at least 1");
        }
        return reader.stable(reading -> Pages.before(reading, messageId, n / 2 + n % 2,
                !disordered && reading.snapshot().tally().known().isPresent(),
                lineBytesMax, damage, context.budget()));
    }

    @Override
    public Insertion insert(History read, String question, String answer, String key)
            throws IOException {
        Draft draft = Draft.of(question, answer, key);
        if (draft.longestLine() > lineBytesMax) {
            throw new OverBudgetException(true); // it could not be read back
        }
        Optional<Turn> present = key == null ? Optional.empty() : byKey(key);
        while (present.isEmpty()) {
            Insertion done = journal.insert(read, draft, key);
            if (done != null) {
                return done;
            }
            present = byKey(key); // stored meanwhile, or just about to be
        }
        return new Insertion.Present(present.get());
    }

    @Override
    public Optional<Turn> byKey(String key) throws IOException {
        health.requireOpen();
        long incomplete = keys.incomplete();
        if (incomplete >= 0) {
            try (Reading reading = journal.read()) {
                keys.complete(Keys.read(reading.handle(), reading.snapshot().end(),
                        lineBytesMax, context.budget()), incomplete);
            }
        }
        Optional<UUID> answer = keys.answer(key);
        if (answer.isEmpty()) {
            return Optional.empty();
        }
        journal.settle();
        Optional<Turn> turn = reader.stable(reading -> Pages.turnOf(
                reading, answer.get(), lineBytesMax, damage, context.budget()));
        if (turn.isEmpty()) {
            keys.remove(key, answer.get()); // a limit has taken it
        }
        return turn;
    }

    @Override
    public Optional<MemoryRecord> byMessageId(UUID messageId) throws IOException {
        return reader.stable(reading ->
                Pages.byId(reading, messageId, lineBytesMax, damage, context.budget()));
    }

    @Override
    public Stream<MemoryRecord> all() throws IOException {
        return RecordStream.of(current, journal.read(), lineBytesMax, damage,
                context.budget().share());
    }

    @Override
    public Receipt resetMemory(Requester by) throws IOException {
        return reset(Audit.What.RESET, by, null).orElseThrow();
    }

    @Override
    public Optional<Receipt> resetMemory(Requester by, Set<String> tags) throws IOException {
        return reset(Audit.What.RESET, by, Set.copyOf(tags));
    }

    /**
     * Forgets everything if nobody has spoken for a while: if the newest record is as old as that,
     * and the time of the file too.
     */
    public void expire(Instant before) throws IOException {
        Optional<History> old = expired(before);
        if (old.isPresent()) {
            reset(Audit.What.IDLE, Requester.SELF, Set.of(old.get().tag()));
        }
    }

    /** Whether {@link #expire} would forget it. */
    public boolean isExpired(Instant before) throws IOException {
        return expired(before).isPresent();
    }

    private Optional<History> expired(Instant before) throws IOException {
        Optional<Disk.FileState> there = context.disk().state(file.path());
        if (there.isEmpty() || !there.get().modified().isBefore(before)) {
            return Optional.empty();
        }
        History newest = latest(1);
        boolean old = newest.records().stream().allMatch(it -> it.timestamp().isBefore(before));
        return Optional.of(newest).filter(it -> old && it.newest().isPresent());
    }

    /** Forgets everything as a part of a reset of all, which is written to the audit as one. */
    public Receipt resetForAll(Requester by) throws IOException {
        return reset(Audit.What.RESET_ALL, by, null).orElseThrow();
    }

    /**
     * Whether a file that is not open may hold turns from before a time, by the id of its first
     * record; one that can't be told so may.
     */
    public static boolean mayHoldOlder(Disk disk, Path file, Instant time) throws IOException {
        try (Disk.Handle handle = disk.openToRead(file)) {
            LineReader lines = new LineReader(handle, 0, handle.length(), 0, 256);
            UUID first = lines.next() ? lines.head().id() : null;
            return first == null || MessageIds.millis(first) < time.toEpochMilli();
        }
    }

    /** Counts the records of a file that is not open; empty if it can't be read. */
    public static OptionalLong records(Disk disk, Path file) {
        try (Disk.Handle handle = disk.openToRead(file)) {
            return OptionalLong.of(LineCounter.records(handle, handle.length()));
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "{0}: could not be counted: {1}", file,
                    e.toString());
            return OptionalLong.empty();
        }
    }

    private Optional<Receipt> reset(Audit.What what, Requester by, Set<String> tags)
            throws IOException {
        impatient.incrementAndGet();
        replacing.lock();
        impatient.decrementAndGet();
        Reset reset = new Reset(context, journal, file, current);
        try {
            health.requireOpen(); // once closed, the folder may be another one's
            return reset.run(what, by, tags);
        } finally {
            if (reset.outcome() != Audit.Outcome.FAILED) {
                damage.clear();
                disordered = false;
            }
            replacing.unlock();
        }
    }

    /**
     * Lets go what is past the limits; works beside everything else.
     *
     * @param wanted asked again and again; once it says no, the memory stays as it is
     * @throws IOException if the disk refuses
     */
    public void trim(BooleanSupplier wanted) throws IOException {
        replacing.lock();
        try {
            if (new Trim(context, journal, file, current)
                    .run(() -> wanted.getAsBoolean() && impatient.get() == 0)) {
                damage.clear();
            }
        } finally {
            replacing.unlock();
        }
    }

    /** Counts the records that were there at opening, once; beside everything else. */
    public void countBehind(BooleanSupplier wanted) throws IOException {
        BooleanSupplier still = () -> wanted.getAsBoolean() && impatient.get() == 0;
        if (!countedBehind(still)) {
            replacing.lock(); // for whoever is impatient counts better, or has nothing to count
            replacing.unlock();
        }
    }

    private boolean countedBehind(BooleanSupplier wanted) throws IOException {
        try (Reading reading = journal.read()) {
            Snapshot then = reading.snapshot();
            if (then.tally().known().isPresent()) {
                return true;
            }
            LineCounter counted =
                    LineCounter.count(reading.handle(), then.tally().from(), wanted);
            if (counted.isWhole()) {
                current.publish(now -> now.fileVersion() != then.fileVersion() ? now
                        : now.with(now.tally().completed(counted.records())));
                tellOrder(counted.isOrdered());
            }
            return counted.isWhole();
        }
    }

    private void tellOrder(boolean ordered) {
        if (!ordered && !disordered) {
            disordered = true;
            LOG.log(System.Logger.Level.WARNING, "{0}: message ids are not in order, as when files"
                    + " are joined by hand; some may not be found by id", file.path());
        }
    }

    /** Number of records, once they have been counted. */
    public OptionalLong size() {
        return current.get().tally().known();
    }

    /** Length of the file. */
    public long bytes() {
        return current.get().end();
    }

    /** Damaged lines met so far, each once, since the memory was opened or reset. */
    public long damagedLines() {
        return damage.lines();
    }

    /** Whether there is a file of it; if not, nothing is remembered. */
    public boolean isStored() {
        return file.isPresent();
    }

    /** Keeps all others from its file, for a reset of all. */
    public Suspension suspend() {
        impatient.incrementAndGet();
        replacing.lock();
        impatient.decrementAndGet();
        journal.beginCommit();
        return new Suspension(journal, file, () -> {
            journal.endCommit();
            damage.clear();
            replacing.unlock();
        });
    }

    @Override
    public Export export(UUID before, int n) throws IOException {
        Reading reading = journal.read();
        try {
            return FileExport.of(
                    current, reading, before, n / 2 + n % 2, lineBytesMax, context.budget());
        } catch (IOException | RuntimeException e) {
            Closeables.after(e, reading);
            throw e;
        }
    }

    @Override
    public void requireWritable() throws MemoryUnavailableException {
        health.requireWritable();
    }

    @Override
    public boolean isWritable() {
        try {
            journal.requireUnchanged();
            return !health.lastWriteFailed() || context.disk().usableBytes(file.path().getParent())
                    >= FREE_BYTES_MIN;
        } catch (IOException e) {
            return false;
        }
    }

    /** Syncs what is being stored, then closes the file. */
    @Override
    public void close() throws IOException {
        impatient.incrementAndGet(); // a rewrite gives up for this too, and for good
        replacing.lock();
        try {
            journal.close();
            keys.close();
        } finally {
            replacing.unlock();
        }
    }
}
