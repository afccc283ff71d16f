package vaas.memory.file;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import vaas.disk.Closeables;
import vaas.disk.Disk;

/**
 * The second name that keeps a file which is to be reset, where the operator wants that: a hard
 * link, made and durable before the commit point. Where a file system has none, the rename to that
 * name is the commit point itself.
 */
public final class Backup {
    private static final System.Logger LOG = System.getLogger(Backup.class.getName());
    private static final DateTimeFormatter TIME = DateTimeFormatter
            .ofPattern("uuuuMMdd'T'HHmmss.SSS'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

    private static final String SUFFIX = ".jsonl";
    private static final Pattern NAME = Pattern.compile(
            "(.+)-\\d{8}T\\d{6}\\.\\d{3}Z-g\\d+(-\\d+)?\\.jsonl");

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
    private static void probe(Disk disk, Path from, Path backups) throws IOException {
        disk.createFolder(backups);
        Path probe = from.resolve("probe-" + UUID.randomUUID());
        Path there = backups.resolve(probe.getFileName());
        try {
            disk.create(probe).close();
            disk.move(probe, there);
            disk.delete(there);
        } catch (IOException e) {
            Closeables.after(e, () -> disk.delete(probe));
            throw new IOException("backups can't be moved from " + from + " to " + backups
                    + ": both must be on one file system, and writable", e);
        }
    }

    /**
     * Readies a folder for backups, and takes back the second names that kills before a commit
     * point have left: such a one would grow with its memory, and be emptied with it.
     *
     * @param from the folder of the memories
     * @param fileOf tells the file whose backups have names that begin so, if there may be one
     */
    public static void prepare(Disk disk, Path from, Path backups,
            Function<String, Optional<Path>> fileOf) throws IOException {
        probe(disk, from, backups);
        for (Path kept : disk.list(backups)) {
            Matcher name = NAME.matcher(kept.getFileName().toString());
            Optional<Path> file = name.matches() ? fileOf.apply(name.group(1)) : Optional.empty();
            Optional<Object> present = file.isEmpty() ? Optional.empty()
                    : disk.state(file.get()).map(Disk.FileState::identity);
            if (present.isPresent() && present.equals(
                    disk.state(kept).map(Disk.FileState::identity))) {
                disk.delete(kept);
                disk.syncFolder(backups);
                LOG.log(System.Logger.Level.WARNING, "{0}: removed, it was of a reset that did not"
                        + " happen", kept);
            }
        }
    }

    /** The name of one that is made now: that of what it keeps, the time and the generation. */
    public static Path path(Disk disk, Path backups, String of, Instant now, long generation,
            String suffix) throws IOException {
        String name = of + "-" + TIME.format(now) + "-g" + generation;
        Path kept = backups.resolve(name + suffix);
        for (int i = 2; disk.exists(kept); i++) {
            kept = backups.resolve(name + "-" + i + suffix);
        }
        return kept;
    }

    /**
     * Chooses a name that is free. To be called with the right to commit, so that the generation is
     * the one that the reset will begin.
     */
    static Backup next(Disk disk, Path file, Path folder, Instant now, long generation)
            throws IOException {
        String of = file.getFileName().toString().replaceFirst("\\.jsonl\\z", "");
        Path kept = path(disk, folder, of, now, generation, SUFFIX);
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
