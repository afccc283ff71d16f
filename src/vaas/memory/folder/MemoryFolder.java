package vaas.memory.folder;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import vaas.budget.Budget;
import vaas.disk.Closeables;
import vaas.disk.Disk;
import vaas.disk.FileDisk;
import vaas.memory.Conversations;
import vaas.memory.Memory;
import vaas.memory.Requester;
import vaas.memory.file.Backup;
import vaas.memory.file.FileContext;
import vaas.memory.file.FileMemory;
import vaas.memory.file.MemoryMetrics;
import vaas.memory.line.Limits;
import vaas.metrics.Metrics;

/**
 * Conversations in a folder that one owner has: each a file of JSON lines, the shared one {@code
 * memory.jsonl} and the others below {@code sessions}, an audit of what was forgotten, and one lock
 * for all. Safe for concurrent use.
 */
public final class MemoryFolder implements Conversations {
    /** The smallest limit of records that a turn fits in. */
    public static final long MAX_RECORDS_MIN = Limits.RECORDS_MIN;
    /** The smallest limit of bytes that a turn fits in. */
    public static final long MAX_BYTES_MIN = Limits.BYTES_MIN;
    /** The file of the conversation that everybody shares. */
    static final String SHARED_FILE = "memory.jsonl";

    private final Closeable ownership;
    private final FileContext context;
    private final Path folder;
    private final Sessions sessions;
    private final SessionList list;
    private final Sweeper sweeper;
    private final FolderMetrics metrics;
    private final FileMemory shared;
    private final ReentrantLock resettingAll = new ReentrantLock(); // one at a time

    private MemoryFolder(Closeable ownership, Options options) throws IOException {
        this.ownership = ownership;
        this.folder = options.folder;
        this.metrics = new FolderMetrics(options.metrics);
        AtomicReference<Sweeper> behind = new AtomicReference<>();
        this.context = new FileContext(SHARED, options.disk, options.clock, Instant.now(),
                options.budget, options.windowRecords, options.limits, options.backups,
                new AuditLog(options.disk, folder, options.clock),
                new MemoryMetrics(options.metrics), it -> behind.get().wake(it));
        Path named = folder.resolve(SessionFiles.FOLDER);
        this.sessions = new Sessions(context, named,
                new Sessions.Bounds(options.maxOpen, options.maxConversations),
                new Idle(context, options.idle), metrics);
        this.list = new SessionList(options.disk, named);
        this.sweeper = new Sweeper(context, sessions, list);
        behind.set(sweeper);
        try {
            if (options.backups.isPresent()) {
                Backup.prepare(options.disk, folder, options.backups.get(), this::fileOf);
            }
            new ResetAll(context, folder, sessions).wipeLeftovers();
            this.shared = sessions.openShared(folder.resolve(SHARED_FILE));
        } catch (IOException | RuntimeException e) {
            Closeables.after(e, sessions);
            throw e;
        }
        metrics.show(shared, sessions);
        sweeper.start();
    }

    private Optional<Path> fileOf(String backupOf) {
        return backupOf.equals("memory") ? Optional.of(folder.resolve(SHARED_FILE))
                : SessionFiles.ofBaseName(backupOf).map(it ->
                        SessionFiles.path(folder.resolve(SessionFiles.FOLDER), it));
    }

    /**
     * Opens a folder without limits and backups; see {@link #at}.
     *
     * @throws IOException if the folder can't be created or written, or is in use
     */
    public static MemoryFolder open(Path folder) throws IOException {
        return at(folder).open();
    }

    /** Names a folder that is to be opened, and lets more be said about it. */
    public static Options at(Path folder) {
        return new Options(folder);
    }

    /** How a folder is to be opened. Used by one thread. */
    public static final class Options {
        private final Path folder;
        private int windowRecords = 20;
        private Limits limits = Limits.NONE;
        private Optional<Path> backups = Optional.empty();
        private Metrics metrics = new Metrics();
        private Budget budget = Budget.ofThisProcess();
        private Disk disk = new FileDisk();
        private Clock clock = Clock.systemUTC();
        private int maxOpen = 1000;
        private long maxConversations = 100_000;
        private Optional<Duration> idle = Optional.empty();

        private Options(Path folder) {
            this.folder = folder;
        }

        /**
         * Newest records of a conversation to hold in memory, so that reading them touches no disk;
         * default 20, at most 1,024 are held.
         */
        public Options windowRecords(int records) {
            if (records < 0) {
                throw new IllegalArgumentException(
                        "windowRecords is " + records + ", expected at least 0");
            }
            this.windowRecords = records;
            return this;
        }

        /**
         * Past so many records of a conversation its oldest turns go, but never the newest;
         * default: no limit.
         *
         * @throws IllegalArgumentException if it is below {@link #MAX_RECORDS_MIN}
         */
        public Options maxRecords(long records) {
            return limits(new Limits(
                    OptionalLong.of(records), limits.maxBytes(), limits.maxAge()));
        }

        /**
         * Past so many bytes of a conversation its oldest turns go, but never the newest. A turn
         * that is larger than this is not counted, so that no others go for its sake; it goes once
         * it is the oldest. Default: no limit.
         *
         * @throws IllegalArgumentException if it is below {@link #MAX_BYTES_MIN}
         */
        public Options maxBytes(long bytes) {
            return limits(new Limits(
                    limits.maxRecords(), OptionalLong.of(bytes), limits.maxAge()));
        }

        /**
         * Turns that are older go within the hour, the newest one too; default: no limit.
         *
         * @throws IllegalArgumentException if it is not more than nothing
         */
        public Options maxAge(Duration age) {
            return limits(new Limits(
                    limits.maxRecords(), limits.maxBytes(), Optional.of(age)));
        }

        private Options limits(Limits checked) {
            this.limits = checked;
            return this;
        }

        /**
         * Named conversations that are open at a time, 1000 by default, or fewer where the budget
         * says so; those in use stay open, and more are refused then.
         *
         * @throws IllegalArgumentException if it is below 1
         */
        public Options maxOpen(int conversations) {
            requireOne("maxOpen", conversations);
            maxOpen = conversations;
            return this;
        }

        /**
         * Named conversations on disk, 100,000 by default; no more begin then.
         *
         * @throws IllegalArgumentException if it is below 1
         */
        public Options maxConversations(long conversations) {
            requireOne("maxConversations", conversations);
            maxConversations = conversations;
            return this;
        }

        private static void requireOne(String name, long value) {
            if (value < 1) {
                throw new IllegalArgumentException(name + " is " + value + ", expected at least 1");
            }
        }

        /** A conversation in which nobody has spoken for so long is reset; default: none is. */
        public Options idle(Duration silence) {
            this.idle = Optional.of(silence);
            return this;
        }

        /** Where resets put old files, instead of wiping them; on the same file system. */
        public Options backups(Path backupFolder) {
            this.backups = Optional.of(backupFolder);
            return this;
        }

        /** Where to count and time; default: nowhere that can be seen. */
        public Options metrics(Metrics shared) {
            this.metrics = shared;
            return this;
        }

        /** What windows and readings are charged to; default: one of this folder alone. */
        public Options budget(Budget shared) {
            this.budget = shared;
            return this;
        }

        /** Another disk, for tests. */
        @SuppressWarnings("exports")
        public Options disk(Disk other) {
            this.disk = other;
            return this;
        }

        /** Another clock, for tests. */
        public Options clock(Clock other) {
            this.clock = other;
            return this;
        }

        /**
         * Opens the folder, which is created if need be, and repairs what a crash left: the bytes
         * of an unfinished turn at the end of a file are cut and logged. Ready after reading the
         * tail, whatever the size of the file.
         *
         * @throws IOException if the folder can't be created or written, or is in use
         */
        public MemoryFolder open() throws IOException {
            disk.createFolder(folder);
            Closeable ownership = disk.lock(folder);
            try {
                return new MemoryFolder(ownership, this);
            } catch (IOException | RuntimeException e) {
                Closeables.after(e, ownership);
                throw e;
            }
        }
    }

    /** The memory of the conversation that everybody shares; open as long as the folder is. */
    public Memory shared() {
        return shared;
    }

    @Override
    public Lease use(String conversation) throws IOException {
        if (!conversation.equals(SHARED) && !NAME.matcher(conversation).matches()) {
            throw new IllegalArgumentException("that can't be the name of a conversation");
        }
        return sessions.use(conversation);
    }

    @Override
    public Listing list(String after, int n) throws IOException {
        return list.list(after, n, sessions.idle().since());
    }

    @Override
    public Total resetAll(Requester by) throws IOException {
        resettingAll.lock();
        try {
            return new ResetAll(context, folder, sessions).run(shared, by);
        } finally {
            resettingAll.unlock();
        }
    }

    @Override
    public boolean isWritable() {
        return shared.isWritable();
    }

    /** Syncs what is being stored, then gives the folder back. */
    @Override
    public void close() throws IOException {
        Closeables.all(metrics, sweeper, sessions, ownership);
    }
}
