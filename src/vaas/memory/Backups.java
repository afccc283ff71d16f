package vaas.memory;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.UUID;

/**
 * Where resets put the old file, if the operator wants that: a folder on the same file system,
 * since a backup is a rename. A backup keeps what a reset was asked to remove.
 */
final class Backups {
    private static final DateTimeFormatter TIME = DateTimeFormatter
            .ofPattern("uuuuMMdd'T'HHmmss.SSS'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

    private final Path folder;

    private Backups(Path folder) {
        this.folder = folder;
    }

    /** Creates the folder if need be, and tries a rename into it. */
    static Backups open(Disk disk, Path memoryFolder, Path folder) throws IOException {
        disk.createFolder(folder);
        Path probe = memoryFolder.resolve(MemoryFile.NEW_NAME);
        Path moved = folder.resolve("probe-" + UUID.randomUUID());
        try {
            disk.create(probe).close();
            disk.move(probe, moved);
            disk.delete(moved);
        } catch (IOException e) {
            Closing.after(e, () -> disk.delete(probe));
            throw new IOException("backups can't be moved from " + memoryFolder + " to " + folder
                    + ": both must be on one file system, and writable", e);
        }
        return new Backups(folder);
    }

    /** The file for a reset of this generation. */
    Path next(Instant now, long generation) {
        return folder.resolve("memory-" + TIME.format(now) + "-g" + generation + ".jsonl");
    }
}
