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
import vaas.memory.line.Draft;

/** A conversation in one append-only file of JSON lines; the package says what its parts do. */
public final class FileMemory implements Memory, Closeable {
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
    private final Counting counting;
    /** Taken before anything else: resets and rewrites come one at a time. */
    private final ReentrantLock replacing = new ReentrantLock();
    private final AtomicInteger impatient = new AtomicInteger(); // for whom a rewrite gives up

    private FileMemory(FileContext context, MemoryFile file, Snapshot first, Damage damage) {
        this.context = context;
        this.file = file;
        this.keys = new Keys(context.budget());
        this.current = new Current(first, context.budget());
        this.health = new Health(file.path());
        this.journal = new Journal(context, file, current, keys, health);
        this.damage = damage;
        this.counting = new Counting(journal, current, file.path());
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
        MemoryFile file = MemoryFile.open(context, path);
        Closeable opened = file;
        try {
            Damage damage = new Damage(path);
            Snapshot first = HistoryReader.first(context, file, damage);
            FileMemory memory = new FileMemory(context, file, first, damage);
            opened = memory;
            if (file.tornBytes() > 0) {
                context.metrics().torn(file.tornBytes());
                context.audit(Audit.What.REPAIR, Requester.SELF, 0, OptionalLong.of(0),
                        file.tornBytes(), start, Audit.Outcome.OK);
            }
            if (file.end() <= COUNTED_AT_ONCE_BYTES) {
                memory.countBehind(() -> true);
            }
            return memory;
        } catch (IOException | RuntimeException e) {
            Closeables.after(e, opened);
            throw e;
        }
    }

    /** {@inheritDoc} The bound in bytes is {@link Budget#historyBytes}, of text as JSON. */
    @Override
    public History latest(int n) throws IOException {
        FileContext.requireAtLeast(0, n);
        return reader.latest(FileContext.turns(n));
    }

    @Override
    public Page before(UUID messageId, int n) throws IOException {
        FileContext.requireAtLeast(1, n);
        return reader.stable(reading -> Pages.before(reading, messageId, n / 2 + n % 2,
                counting.isOrdered() && reading.snapshot().tally().known().isPresent(), damage,
                context));
    }

    @Override
    public Insertion insert(History read, String question, String answer, String key)
            throws IOException {
        Draft draft = Draft.of(question, answer, key);
        if (draft.longestLine() > context.lineBytesMax()) {
            throw new OverBudgetException(true); // it could not be read back
        }
        prepare(read);
        Optional<Turn> present = key == null ? Optional.empty() : byKey(key);
        while (present.isEmpty()) {
            Insertion done = journal.insert(read, draft, key);
            if (done != null) {
                return done;
            }
            journal.settle(); // it was stored meanwhile, or is just about to be
            present = byKey(key);
        }
        return new Insertion.Present(present.get());
    }

    private void prepare(History read) throws IOException {
        health.requireOpen();
        try {
            file.prepare();
        } catch (IOException e) { // perhaps a reset of all takes the folder away
            journal.settle();
            if (read.generation() == current.get().generation()) {
                throw e;
            }
        }
    }

    @Override
    public Optional<Turn> byKey(String key) throws IOException {
        health.requireOpen();
        keys.completeFrom(journal, context);
        Optional<UUID> answer = keys.answer(key);
        if (answer.isEmpty()) {
            return Optional.empty();
        }
        journal.settle();
        Optional<Turn> turn = reader.stable(
                reading -> Pages.turnOf(reading, answer.get(), damage, context));
        if (turn.isEmpty()) {
            keys.remove(key, answer.get()); // a limit has taken it
        }
        return turn;
    }

    @Override
    public Optional<MemoryRecord> byMessageId(UUID messageId) throws IOException {
        return reader.stable(reading -> Pages.byId(reading, messageId, damage, context));
    }

    @Override
    public Stream<MemoryRecord> all() throws IOException {
        return RecordStream.of(current, journal.read(), context.lineBytesMax(), damage,
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
     * Forgets everything, and writes down why.
     *
     * @param tags that the present one has to be among; null for any
     * @return what was removed; empty if it has another tag, and nothing has changed
     */
    public Optional<Receipt> reset(Audit.What what, Requester by, Set<String> tags)
            throws IOException {
        replaceSoon();
        Reset reset = new Reset(context, journal, file, current);
        try {
            health.requireOpen(); // once closed, the folder may be another one's
            return reset.run(what, by, tags);
        } finally {
            if (reset.outcome() != Audit.Outcome.FAILED) {
                damage.clear();
                counting.clear();
            }
            replacing.unlock();
        }
    }

    private void replaceSoon() {
        impatient.incrementAndGet();
        replacing.lock();
        impatient.decrementAndGet();
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
        if (!counting.count(still)) {
            replacing.lock(); // for whoever is impatient counts better, or has nothing to count
            replacing.unlock();
        }
    }

    /** Number of records, once they have been counted. */
    public OptionalLong size() {
        return current.get().tally().known();
    }

    public long bytes() {
        return current.get().end();
    }

    public Path path() {
        return file.path();
    }

    /** Damaged lines met so far, each once. */
    public long damagedLines() {
        return damage.lines();
    }

    /** Whether there is a file of it; if not, nothing is remembered. */
    public boolean isStored() {
        return file.isPresent();
    }

    /** Keeps all others from its file, for a reset of all. */
    public Suspension suspend() {
        replaceSoon();
        journal.beginCommit();
        return new Suspension(journal, file, () -> {
            journal.endCommit();
            damage.clear();
            replacing.unlock();
        });
    }

    @Override
    public Export export(UUID before, int n) throws IOException {
        return reader.export(before, n / 2 + n % 2);
    }

    @Override
    public void requireWritable() throws MemoryUnavailableException {
        health.requireWritable();
    }

    @Override
    public boolean isWritable() {
        try {
            journal.requireUnchanged();
            return !health.lastWriteFailed()
                    || context.disk().usableBytes(path().getParent()) >= FREE_BYTES_MIN;
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
