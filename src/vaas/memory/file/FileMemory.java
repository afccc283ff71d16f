package vaas.memory.file;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
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
    /** Below this a disk on which a write has failed still counts as full. */
    private static final long FREE_BYTES_MIN = 1 << 20;
    /** A file up to this size is counted when it is opened. */
    private static final long COUNTED_AT_ONCE_BYTES = 64 << 10;

    private final FileContext context;
    private final MemoryFile file;
    private final Current current;
    private final Keys keys;
    private final Journal journal;
    private final Damage damage;
    private final HistoryReader reader;
    private final int lineBytesMax;
    /** Taken before anything else: resets and rewrites come one at a time. */
    private final ReentrantLock replacing = new ReentrantLock();
    private final AtomicInteger impatient = new AtomicInteger(); // for whom a rewrite gives up
    private volatile boolean disordered; // ids have been seen to fall

    private FileMemory(FileContext context, MemoryFile file, Current current, Keys keys,
            Journal journal, Damage damage) {
        this.context = context;
        this.file = file;
        this.current = current;
        this.keys = keys;
        this.journal = journal;
        this.damage = damage;
        this.lineBytesMax = context.lineBytesMax();
        this.reader = new HistoryReader(context, journal, current, damage);
    }

    /**
     * Opens a file, or creates it, and repairs what a crash left. Ready after reading the tail,
     * whatever the size; records are counted by {@link #countBehind}, unless there are few.
     *
     * @throws IOException if it can't be opened, read or written
     */
    public static FileMemory open(FileContext context, Path path) throws IOException {
        long start = System.nanoTime();
        MemoryFile file = MemoryFile.open(context.disk(), path, context.lineBytesMax());
        Damage damage = new Damage(path);
        try {
            if (context.backups().isPresent()) {
                Backup.probe(context.disk(), path, context.backups().get());
            }
            Current current = new Current(
                    HistoryReader.first(context, file, damage), context.budget());
            Keys keys = new Keys();
            Journal journal = new Journal(context, file, current, keys);
            FileMemory memory =
                    new FileMemory(context, file, current, keys, journal, damage);
            memory.tellRepair(start);
            if (file.end() <= COUNTED_AT_ONCE_BYTES) {
                memory.countBehind(() -> true);
            }
            return memory;
        } catch (IOException | RuntimeException e) {
            Closeables.after(e, file);
            throw e;
        }
    }

    private void tellRepair(long start) {
        if (file.tornBytes() > 0) {
            context.metrics().torn(file.tornBytes());
            context.audit().write(new Audit.Entry(Audit.What.REPAIR, Requester.SELF, 0,
                    OptionalLong.of(0), file.tornBytes(), millis(start), Audit.Outcome.OK));
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
        return reader.stable(reading -> Pages.before(reading, messageId, (n + 1) / 2, disordered,
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
        long incomplete = keys.incomplete();
        if (incomplete >= 0) {
            try (Reading reading = journal.read()) {
                keys.complete(Keys.read(reading.handle(), reading.snapshot().end(),
                        lineBytesMax), incomplete);
            }
        }
        Optional<UUID> answer = keys.answer(key);
        if (answer.isEmpty()) {
            return Optional.empty();
        }
        journal.beginCommit(); // once it is ours, what was appended before is durable, or gone
        journal.endCommit();
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
                Pages.byId(reading, messageId, lineBytesMax, damage));
    }

    @Override
    public Stream<MemoryRecord> all() throws IOException {
        return RecordStream.of(current, journal.read(), lineBytesMax, damage,
                context.budget().share());
    }

    @Override
    public Receipt resetMemory(Requester by) throws IOException {
        return reset(by, null).orElseThrow();
    }

    @Override
    public Optional<Receipt> resetMemory(Requester by, Set<String> tags) throws IOException {
        return reset(by, Set.copyOf(tags));
    }

    private Optional<Receipt> reset(Requester by, Set<String> tags) throws IOException {
        long start = System.nanoTime();
        impatient.incrementAndGet();
        replacing.lock();
        impatient.decrementAndGet();
        Reset reset = new Reset(context, journal, file, current);
        boolean changed = false;
        try {
            Optional<Receipt> receipt = reset.run(tags);
            changed = receipt.isEmpty();
            damage.clear();
            return receipt;
        } finally {
            replacing.unlock();
            context.metrics().reset(start);
            if (!changed) {
                Receipt told = reset.receipt();
                context.audit().write(new Audit.Entry(Audit.What.RESET, by, told.generation(),
                        told.recordsRemoved(), told.bytesRemoved(), millis(start),
                        reset.outcome()));
            }
        }
    }

    /**
     * Lets go what is past the limits; works beside everything else.
     *
     * @param wanted asked again and again; once it says no, the memory stays as it is
     * @throws IOException if the disk refuses
     */
    public void trim(BooleanSupplier wanted) throws IOException {
        BooleanSupplier still = () -> wanted.getAsBoolean() && impatient.get() == 0;
        long start = System.nanoTime();
        replacing.lock();
        try (Reading reading = journal.read()) {
            TrimPoint point = TrimPoint.find(reading.handle(), reading.snapshot(),
                    context.limits(), context.clock().instant(), lineBytesMax, still);
            if (point.offset() > 0) {
                trim(reading, point, still, start);
            }
        } finally {
            replacing.unlock();
        }
    }

    private void trim(Reading reading, TrimPoint point, BooleanSupplier wanted, long start)
            throws IOException {
        Audit.Outcome outcome = Audit.Outcome.FAILED;
        try {
            boolean done = new Rewrite(journal, file, current, reading, point).run(wanted);
            outcome = done ? Audit.Outcome.OK : Audit.Outcome.GIVEN_UP;
            if (done) {
                damage.clear();
                context.metrics().retained.add(point.records());
            }
        } finally {
            boolean done = outcome == Audit.Outcome.OK;
            context.audit().write(new Audit.Entry(Audit.What.RETENTION, Requester.SELF,
                    reading.snapshot().generation(), OptionalLong.of(done ? point.records() : 0),
                    done ? point.offset() : 0, millis(start), outcome));
        }
    }

    /** Counts the records that were there at opening, once; beside everything else. */
    public void countBehind(BooleanSupplier wanted) throws IOException {
        try (Reading reading = journal.read()) {
            Snapshot then = reading.snapshot();
            LineCounter counted =
                    LineCounter.count(reading.handle(), then.tally().from(), wanted);
            if (!counted.isWhole() || then.tally().from() == 0) {
                return;
            }
            disordered |= !counted.isOrdered();
            current.publish(now -> now.fileVersion() != then.fileVersion() ? now
                    : now.with(now.tally().completed(counted.records())));
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

    @Override
    public void requireWritable() throws MemoryUnavailableException {
        journal.checkWritable();
    }

    @Override
    public boolean isWritable() {
        try {
            journal.checkWritable();
            file.requireInPlace();
            return !journal.lastWriteFailed() || file.usableBytes() >= FREE_BYTES_MIN;
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
        } finally {
            replacing.unlock();
        }
    }

    private static long millis(long startNanos) {
        return (System.nanoTime() - startNanos) / 1_000_000;
    }
}
