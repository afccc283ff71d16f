package vaas.memory.folder;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
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
import vaas.memory.line.LimitOptions;
import vaas.metrics.Metrics;

/**
 * Conversations in a folder that one owner has: each a file of JSON lines, the shared one {@code
 * memory.jsonl} and the others below {@code sessions}, an audit of what was forgotten, and one lock
 * for all. Safe for concurrent use.
 */
public final class MemoryFolder implements Conversations {
    /** The file of the conversation that everybody shares. */
    static final String SHARED_FILE = "memory.jsonl";

    private final Closeable ownership;
    private final FileContext context;
    private final Path folder;
    private final Sessions sessions;
    private final SessionList list;
    private final Sweeper sweeper;
    private final Closeable gauges;
    private final FileMemory shared;
    private final ReentrantLock resettingAll = new ReentrantLock(); // one at a time

    private MemoryFolder(Closeable ownership, Options options) throws IOException {
        this.ownership = ownership;
        this.folder = options.folder;
        AtomicReference<Sweeper> behind = new AtomicReference<>();
        this.context = options.context(it -> behind.get().wake(it));
        this.sessions = options.sessions(context);
        this.list = new SessionList(options.disk, folder.resolve(SessionFiles.FOLDER));
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
        this.gauges = gauges(options.metrics);
        sweeper.start();
    }

    /** Shows what is here; never by name of a conversation. */
    private Closeable gauges(Metrics metrics) {
        Closeable[] all = {
            metrics.gauge("vaas_memory_bytes", "Length of the shared conversation's file.",
                    shared::bytes),
            metrics.gauge("vaas_memory_records", "Records of the shared conversation, once they"
                    + " have been counted.", () -> shared.size().orElse(-1)),
            metrics.gauge("vaas_memory_damaged_lines", "Damaged lines met in the shared"
                    + " conversation's file.", shared::damagedLines),
            metrics.gauge("vaas_sessions_open", "Named conversations that are open.",
                    sessions::size),
            metrics.gauge("vaas_sessions_stored", "Named conversations on disk, or about to be.",
                    () -> sessions.count.stored()),
            metrics.gauge("vaas_waiting_chats", "Chats that wait for their turn in a"
                    + " conversation.", sessions.waiting::get)};
        return () -> Closeables.all(all);
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
    @SuppressWarnings("exports") // what is said of limits is said here
    public static final class Options extends LimitOptions<Options> {
        private final Path folder;
        private int windowRecords = 20;
        private Optional<Path> backups = Optional.empty();
        private Metrics metrics = new Metrics();
        private Budget budget = Budget.ofThisProcess();
        private Disk disk = new FileDisk();
        private int maxOpen = 1000;

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

        private FileContext context(Consumer<String> behind) {
            return new FileContext(SHARED, disk, clock, Instant.now(), budget, windowRecords,
                    limits, backups, new AuditLog(disk, folder, clock),
                    new MemoryMetrics(metrics), behind);
        }

        private Sessions sessions(FileContext context) {
            return new Sessions(context, folder.resolve(SessionFiles.FOLDER), maxOpen,
                    maxConversations, new Idle(context, idle), metrics.counter(
                            "vaas_session_evictions_total",
                            "Conversations closed to make room for others."));
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
        return list.list(after, n, sessions.idle.since());
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
        Closeables.all(gauges, sweeper, sessions, ownership);
    }
}
