package vaas.memory;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Arrays;

/** Brings a backup back into an empty memory, with the server stopped. */
public final class Restore {
    private static final int BUFFER_BYTES = 64 << 10;

    private Restore() {}

    /**
     * Copies a backup into a memory folder, by one rename; the backup stays. Leaves a line in the
     * audit.
     *
     * @param folder of a memory that is empty or not there yet, and not open
     * @param backup a whole file, as a reset with RESET_BACKUP_DIR leaves it
     * @return records restored
     * @throws IOException if the memory is in use or not empty, the backup is damaged, or the disk
     *     refuses; the memory is unchanged then
     */
    public static long run(Path folder, Path backup) throws IOException {
        long start = System.nanoTime();
        FileDisk disk = new FileDisk();
        disk.createFolder(folder);
        Closeable ownership = disk.lock(folder);
        String outcome = "failed";
        long bytes = 0;
        long records = 0;
        try {
            check(folder, backup);
            bytes = copy(disk, folder, backup);
            records = count(disk, folder);
            outcome = "ok";
            return records;
        } finally {
            new AuditLog(disk, folder, Clock.systemUTC()).write(new AuditLog.Entry(
                    "restore", Requester.SELF, 0, records, bytes, start, outcome));
            ownership.close();
        }
    }

    // Before anything is opened to be repaired.
    private static void check(Path folder, Path backup) throws IOException {
        long problems = Verify.problems(backup);
        if (problems > 0) {
            throw new IOException(backup + " has " + problems + " problems and is not restored");
        }
        Path leftover = folder.resolve(MemoryFile.NEW_NAME);
        if (Files.exists(leftover) && Files.isSameFile(leftover, backup)) {
            throw new IOException(backup + " would be wiped as a leftover: copy it elsewhere");
        }
        Path present = folder.resolve(MemoryFile.FILE_NAME);
        if (Files.exists(present) && Files.size(present) > 0) {
            throw new IOException("the memory in " + folder + " is not empty: reset it first");
        }
    }

    private static long copy(FileDisk disk, Path folder, Path backup) throws IOException {
        try (MemoryFile file = MemoryFile.open(disk, folder)) {
            Path fresh = folder.resolve(MemoryFile.NEW_NAME);
            try (Disk.Handle source = FileDisk.openToRead(backup);
                    Disk.Handle target = disk.create(fresh)) {
                copy(source, target);
                target.sync();
            } catch (IOException e) {
                disk.delete(fresh);
                throw e;
            }
            disk.move(fresh, file.path());
            disk.syncFolder(folder);
            try (Disk.Handle restored = FileDisk.openToRead(file.path())) {
                return restored.length();
            }
        }
    }

    private static void copy(Disk.Handle source, Disk.Handle target) throws IOException {
        byte[] buffer = new byte[BUFFER_BYTES];
        long copied = 0;
        for (int read; (read = source.read(copied, buffer, 0, buffer.length)) > 0; copied += read) {
            target.write(copied, read == buffer.length ? buffer : Arrays.copyOf(buffer, read));
        }
    }

    private static long count(FileDisk disk, Path folder) throws IOException {
        long records = 0;
        try (Disk.Handle file = disk.open(folder.resolve(MemoryFile.FILE_NAME))) {
            LineReader lines = new LineReader(file, 0, file.length());
            while (lines.next()) {
                records++;
            }
        }
        return records;
    }
}
