package vaas.memory.file;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import vaas.disk.Closeables;

/** Files that had the name of a memory and are not wiped yet. Guarded like that memory's file. */
final class Replaced implements Closeable {
    private final List<FileVersion> versions = new ArrayList<>();

    void add(FileVersion old) {
        versions.removeIf(FileVersion::isWiped);
        if (!old.isWiped()) {
            versions.add(old);
        }
    }

    /** Wipes one that a rewrite has replaced, as soon as nobody reads it. */
    void wipeBehindReaders(FileVersion old) throws IOException {
        add(old); // first: should the disk refuse, the next reset tries again
        old.wipeBehindReaders();
    }

    /** Wipes all, at once. */
    void wipeNow() throws IOException {
        Closeables.all(versions.stream().<Closeable>map(it -> it::wipe).toArray(Closeable[]::new));
        versions.clear();
    }

    /** Wipes those that nobody is to read any more, and lets go of all. */
    @Override
    public void close() throws IOException {
        Closeables.all(versions.toArray(Closeable[]::new));
    }
}
