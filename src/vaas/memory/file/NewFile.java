package vaas.memory.file;

import java.io.IOException;
import java.nio.file.Path;
import vaas.disk.Closeables;
import vaas.disk.Disk;

/** What is to take a file's place, under a name of its own until it does. Needs no lock. */
final class NewFile {
    private final Disk disk;
    private final Path file;
    private final Path path;

    NewFile(Disk disk, Path file) {
        this.disk = disk;
        this.file = file;
        this.path = path(file);
    }

    static Path path(Path file) {
        return file.resolveSibling(file.getFileName() + ".new");
    }

    /** Refuses a file that it would replace on another disk, perhaps. */
    static void requireNoLink(Disk disk, Path file) throws IOException {
        if (disk.isLink(file)) {
            throw new IOException(file + " is a symbolic link, which a reset would replace by a"
                    + " file: set MEMORY_DIR to the folder that it leads to");
        }
    }

    /** Creates it empty; one that a crash has left is wiped. */
    Disk.Handle create() throws IOException {
        disk.wipe(path);
        return disk.create(path);
    }

    /** Wipes what nothing has come of. */
    void discard(Disk.Handle prepared) throws IOException {
        Closeables.all(prepared, () -> disk.wipe(path));
    }

    Object identity() throws IOException {
        return disk.state(path).map(Disk.FileState::identity).orElse(null);
    }

    /** By one rename. */
    void moveInPlace() throws IOException {
        disk.move(path, file);
    }

    /** Puts a copy in place, where another program has taken the file away; durable on return. */
    void bringBack(Disk.Handle source, long end) throws IOException {
        disk.createFolder(file.getParent());
        try (Disk.Handle copy = create()) {
            FileCopy.copy(source, 0, end, copy, 0, () -> true);
            copy.sync();
        }
        moveInPlace();
        disk.syncFolder(file.getParent());
    }
}
