package vaas.memory.file;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.UUID;
import vaas.disk.Closeables;
import vaas.disk.Disk;

/**
 * The second name that keeps a file which is to be reset, where the operator wants that: a hard
 * link, made and durable before the commit point. Where a file system has none, the rename to that
 * name is the commit point itself.
 */
final class Backup {
    private static final System.Logger LOG = System.getLogger(Backup.class.getName());
    private static final DateTimeFormatter TIME = DateTimeFormatter
            .ofPattern("uuuuMMdd'T'HHmmss.SSS'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

    private final Disk disk;
    private final Path file;
    private final Path kept;
    private boolean linked;
    private boolean moved;

    private Backup(Disk disk, Path file, Path kept) {
        this.disk = disk;
        this.file = file;
        this.kept = kept;
    }

    /** Creates the folder if need be, and tries whether a file can get a name in it. */
    static void probe(Disk disk, Path file, Path folder) throws IOException {
        disk.createFolder(folder);
        Path probe = MemoryFile.newPath(file);
        Path there = folder.resolve("probe-" + UUID.randomUUID());
        try {
            disk.create(probe).close();
            disk.move(probe, there);
            disk.delete(there);
        } catch (IOException e) {
            Closeables.after(e, () -> disk.delete(probe));
            throw new IOException("backups can't be moved from " + file.getParent() + " to "
                    + folder + ": both must be on one file system, and writable", e);
        }
    }

    /**
     * Takes back the second name that a kill before the commit point has left: it would grow with
     * the memory, and be emptied with it.
     */
    static void dropUnfinished(Disk disk, Path file, Path folder) throws IOException {
        Disk.FileState present = disk.state(file).orElseThrow();
        for (Path kept : disk.list(folder)) {
            if (present.identity() != null && disk.state(kept)
                    .filter(it -> present.identity().equals(it.identity())).isPresent()) {
                disk.delete(kept);
                disk.syncFolder(folder);
                LOG.log(System.Logger.Level.WARNING, "{0}: removed, it was of a reset that did not"
                        + " happen", kept);
            }
        }
    }

    /**
     * Chooses a name that is free. To be called with the right to commit, so that the generation is
     * the one that the reset will begin.
     */
    static Backup next(Disk disk, Path file, Path folder, Instant now, long generation)
            throws IOException {
        String name = "memory-" + TIME.format(now) + "-g" + generation;
        Path kept = folder.resolve(name + ".jsonl");
        for (int i = 2; disk.exists(kept); i++) {
            kept = folder.resolve(name + "-" + i + ".jsonl");
        }
        return new Backup(disk, file, kept);
    }

    String name() {
        return kept.getFileName().toString();
    }

    /** Before the commit point: makes the second name, durably, where that can be. */
    void link() throws IOException {
        try {
            disk.link(file, kept);
        } catch (IOException e) {
            return; // no hard links here: the rename will do
        }
        linked = true;
        disk.syncFolder(kept.getParent());
    }

    /** At the commit point, before another file takes the name. */
    void moveUnlessLinked() throws IOException {
        if (!linked) {
            disk.move(file, kept);
            moved = true;
        }
    }

    /** After the commit point. */
    void makeDurable() throws IOException {
        if (moved) {
            disk.syncFolder(kept.getParent());
        }
    }

    /** Takes the second name back, because there is no reset. */
    void undo() throws IOException {
        if (moved) {
            disk.move(kept, file);
            disk.syncFolder(file.getParent());
        } else if (linked) {
            disk.delete(kept);
        }
    }
}
