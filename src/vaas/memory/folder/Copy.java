package vaas.memory.folder;

import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import vaas.disk.Disk;
import vaas.disk.FolderLock;
import vaas.memory.Conversations;
import vaas.memory.Export;

/**
 * Writes conversations that are elsewhere into a folder, on which a server can then run: all of
 * them below a name of its own first, and then by two renames into their places.
 */
final class Copy {
    private static final String UNFINISHED = "export.unfinished";

    private static final Set<String> LOCKS =
            Set.of(FolderLock.FILE_NAME, FolderLock.SECOND_NAME);

    private final Disk disk;
    private final Path folder;
    private final Path unfinished;
    private long conversations;
    private long records;

    private Copy(Disk disk, Path folder) {
        this.disk = disk;
        this.folder = folder;
        this.unfinished = folder.resolve(UNFINISHED);
    }

    /** Does it, if there is nothing in the folder but its lock. */
    static void of(Conversations source, Disk disk, Path folder, PrintStream out)
            throws IOException {
        disk.createFolder(folder);
        requireEmpty(disk, folder);
        Closeable ownership = disk.lock(folder);
        try (ownership) {
            new Copy(disk, folder).run(source, out);
        }
    }

    private static void requireEmpty(Disk disk, Path folder) throws IOException {
        for (Path name : disk.list(folder)) {
            if (!LOCKS.contains(name.getFileName().toString())) {
                throw new IOException(folder + " is not empty: there is " + name.getFileName());
            }
        }
    }

    private void run(Conversations source, PrintStream out) throws IOException {
        Path sessions = unfinished.resolve(SessionFiles.FOLDER);
        disk.createFolder(sessions);
        source.each(lease -> write(lease, lease.conversation().equals(Conversations.SHARED)
                ? unfinished.resolve(MemoryFolder.SHARED_FILE)
                : SessionFiles.path(sessions, lease.conversation())));
        for (String name : List.of(SessionFiles.FOLDER, MemoryFolder.SHARED_FILE)) {
            disk.move(unfinished.resolve(name), folder.resolve(name));
        }
        disk.delete(unfinished);
        disk.syncFolder(folder);
        out.println("exported " + conversations + " conversations, " + records + " records");
    }

    private void write(Conversations.Lease lease, Path path) throws IOException {
        disk.createFolder(path.getParent());
        try (Export export = lease.memory().export(null, 0);
                Disk.Handle file = disk.create(path)) {
            export.writeTo(new OutputStream() {
                private long end;

                @Override
                public void write(int octet) throws IOException {
                    write(new byte[] {(byte) octet}, 0, 1);
                }

                @Override
                public void write(byte[] bytes, int start, int count) throws IOException {
                    file.write(end, bytes, start, count);
                    end += count;
                    for (int i = start; i < start + count; i++) {
                        records += bytes[i] == '\n' ? 1 : 0;
                    }
                }
            });
            file.sync();
            conversations += export.length() > 0 ? 1 : 0;
        }
        disk.syncFolder(path.getParent());
    }
}
