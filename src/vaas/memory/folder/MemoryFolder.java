package vaas.memory.folder;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import vaas.budget.Budget;
import vaas.disk.Closeables;
import vaas.disk.Disk;
import vaas.disk.FileDisk;
import vaas.memory.Conversations;
import vaas.memory.Memory;
import vaas.memory.file.FileContext;
import vaas.memory.file.FileMemory;
import vaas.memory.file.Limits;
import vaas.memory.file.MemoryMetrics;
import vaas.metrics.Metrics;

/**
 * Conversations in a folder that one owner has: a file of JSON lines, {@code memory.jsonl}, an
 * audit of what was forgotten, and the lock of both. Safe for concurrent use.
 */
public final class MemoryFolder implements Conversations {
    /** The smallest limit of records that a turn fits in. */
    public static final long MAX_RECORDS_MIN = Limits.RECORDS_MIN;
    /** The smallest limit of bytes that a turn fits in. */
    public static final long MAX_BYTES_MIN = Limits.BYTES_MIN;
    /** The file of the conversation that everybody shares. */
    static final String SHARED_FILE = "memory.jsonl";

    private final Closeable ownership;
    private final Sweeper sweeper;
    private final FileMemory shared;
    private final Closeable gauges;

    private MemoryFolder(Closeable ownership, Sweeper sweeper, FileMemory shared,
            Closeable gauges) {
        this.ownership = ownership;
        this.sweeper = sweeper;
        this.shared = shared;
        this.gauges = gauges;
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
                Sweeper sweeper = new Sweeper();
                FileMemory shared = FileMemory.open(new FileContext(disk, clock, budget,
                        windowRecords, limits, backups, new AuditLog(disk, folder, clock),
                        new MemoryMetrics(metrics), sweeper::wake), folder.resolve(SHARED_FILE));
                sweeper.start(shared, limits.any());
                return new MemoryFolder(ownership, sweeper, shared, gauges(metrics, shared));
            } catch (IOException | RuntimeException e) {
                Closeables.after(e, ownership);
                throw e;
            }
        }
    }

    private static Closeable gauges(Metrics metrics, FileMemory shared) {
        Closeable bytes = metrics.gauge("vaas_memory_bytes", "Length of the memory file.",
                shared::bytes);
        Closeable records = metrics.gauge("vaas_memory_records",
                "Records, once they have been counted.", () -> shared.size().orElse(-1));
        Closeable damaged = metrics.gauge("vaas_memory_damaged_lines",
                "Damaged lines met in the memory file.", shared::damagedLines);
        return () -> Closeables.all(bytes, records, damaged);
    }

    /** The memory of the conversation that everybody shares; open as long as the folder is. */
    public Memory shared() {
        return shared;
    }

    @Override
    public Lease use(String conversation) {
        if (!conversation.equals(SHARED)) {
            throw new IllegalArgumentException("only the shared conversation is kept here");
        }
        return new SharedLease(shared);
    }

    @Override
    public boolean isWritable() {
        return shared.isWritable();
    }

    /** The shared conversation is never closed before its folder, so there is nothing to hold. */
    private record SharedLease(Memory memory) implements Lease {
        @Override
        public String conversation() {
            return SHARED;
        }

        @Override
        public void close() {
            // stays open for the others
        }
    }

    /** Syncs what is being stored, then gives the folder back. */
    @Override
    public void close() throws IOException {
        Closeables.all(gauges, sweeper, shared, ownership);
    }
}
