package vaas.memory.file;

import java.io.IOException;
import java.nio.file.Path;
import java.util.function.LongConsumer;
import vaas.disk.Closeables;
import vaas.disk.Disk;

/** Brings a backup back into a memory that is empty and not open. */
public final class Restorer {
    private Restorer() {}

    /**
     * Copies a backup into a memory's place, by one rename, as a start would leave it: an
     * unfinished turn at its end is cut, all else is taken as it is. The backup stays.
     *
     * @param progress is told of bytes that have been copied
     * @throws IOException if the memory is not empty, the backup can't be read, or the disk
     *     refuses; the memory is unchanged then
     */
    public static long restore(Disk disk, Path file, Path backup, int lineBytesMax,
            LongConsumer progress) throws IOException {
        Path fresh = NewFile.path(file);
        requireFree(disk, file, fresh, backup);
        disk.wipe(fresh);
        Disk.Handle target = disk.create(fresh);
        long length;
        try (Disk.Handle source = disk.openToRead(backup)) {
            Tail tail = Tail.of(source, lineBytesMax);
            length = tail.end();
            FileCopy.copy(source, 0, length, target, 0, () -> {
                progress.accept(FileCopy.BUFFER_BYTES);
                return true;
            });
            if (!tail.terminated()) {
                target.write(length++, new byte[] {'\n'});
            }
            target.sync();
            target.close();
            disk.move(fresh, file); // THE COMMIT POINT
        } catch (IOException e) {
            Closeables.after(e, target, () -> disk.wipe(fresh));
            throw e;
        }
        disk.syncFolder(file.getParent());
        return length;
    }

    private static void requireFree(Disk disk, Path file, Path fresh, Path backup)
            throws IOException {
        NewFile.requireNoLink(disk, file);
        Disk.FileState source = disk.state(backup)
                .orElseThrow(() -> new IOException("there is no file " + backup));
        if (source.equals(disk.state(fresh).orElse(null))) {
            throw new IOException(backup + " would be wiped as a leftover: copy it elsewhere");
        }
        if (disk.state(file).isPresent() && disk.state(file).get().length() > 0) {
            throw new IOException("the conversation in " + file
                    + " is not empty: reset it first");
        }
    }
}
