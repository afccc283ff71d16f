package vaas.memory.folder;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import vaas.budget.Budget;
import vaas.disk.FileDisk;
import vaas.disk.FolderLock;
import vaas.memory.Requester;
import vaas.memory.file.Audit;
import vaas.memory.file.Restorer;
import vaas.memory.file.Verifier;

/** What can be done with a folder of conversations while no server has it. */
public final class Maintenance {
    private static final int PHRASE_BYTES_MAX = 64 << 10;

    private final Path folder;
    private final Optional<Path> backups;
    private final PrintStream out;
    private final FileDisk disk = new FileDisk();
    private final int lineBytesMax = Budget.ofThisProcess().lineBytes();

    /**
     * Prepares it; nothing is looked at yet.
     *
     * @param backups where resets put old files, if they do
     * @param out gets what is found, never any content
     */
    public Maintenance(Path folder, Optional<Path> backups, PrintStream out) {
        this.folder = folder;
        this.backups = backups;
        this.out = out;
    }

    /**
     * Checks the memory, changing nothing.
     *
     * @return whether all is well
     * @throws IOException if the folder is in use, or can't be read
     */
    public boolean verify() throws IOException {
        requireFolder();
        Closeable ownership = FolderLock.takeToLook(folder);
        try (ownership) {
            Path file = folder.resolve(MemoryFolder.SHARED_FILE);
            long problems = 0;
            if (Files.exists(folder.resolve(MemoryFolder.SHARED_FILE + ".new"))) {
                out.println(MemoryFolder.SHARED_FILE
                        + ".new is left over from a crash; the next start removes it");
                problems++;
            }
            if (Files.exists(file)) {
                problems += Verifier.verify(disk, file, out, lineBytesMax).problems();
            } else {
                out.println(MemoryFolder.SHARED_FILE + ": there is none yet");
            }
            out.println(problems == 0 ? "all is well"
                    : problems + (problems == 1 ? " problem" : " problems"));
            return problems == 0;
        }
    }

    /**
     * Tells whether a phrase is found in any file, backups included.
     *
     * @param phrase of 1 to 65,536 bytes; comes by a stream, so that it leaves no trace elsewhere
     * @return whether it was found
     * @throws IOException if the folder is in use, or a file can't be read
     */
    public boolean contains(InputStream phrase) throws IOException {
        requireFolder();
        byte[] bytes = phrase.readNBytes(PHRASE_BYTES_MAX + 1);
        String text = new String(bytes, StandardCharsets.UTF_8).replaceFirst("\\R\\z", "");
        if (text.isEmpty() || bytes.length > PHRASE_BYTES_MAX) {
            throw new IOException("give a phrase of 1 to " + PHRASE_BYTES_MAX
                    + " bytes on standard input");
        }
        List<Path> folders = new ArrayList<>(List.of(folder));
        backups.ifPresent(folders::add); // a folder that is missing is trouble
        Closeable ownership = FolderLock.takeToLook(folder);
        try (ownership) {
            return PhraseSearch.search(folders, text, out);
        }
    }

    /**
     * Brings a backup back into an empty memory; leaves a line in the audit.
     *
     * @param backup a whole file, as a reset with backups leaves it; it stays
     * @throws IOException if the memory is in use or not empty, the backup is damaged, or the disk
     *     refuses; the memory is unchanged then
     */
    public void restore(String backup) throws IOException {
        Path source = path(backup);
        long start = System.nanoTime();
        disk.createFolder(folder);
        Closeable ownership = disk.lock(folder);
        try (ownership) {
            long records = 0;
            long bytes = 0;
            Audit.Outcome outcome = Audit.Outcome.FAILED;
            try {
                Verifier.Findings found = Verifier.verify(disk, source, new PrintStream(
                        PrintStream.nullOutputStream(), false, "UTF-8"), lineBytesMax);
                if (found.problems() > 0) {
                    throw new IOException(backup + " is not restored: " + found.first()
                            + (found.problems() > 1 ? ", the first of " + found.problems()
                            + " problems" : ""));
                }
                bytes = Restorer.restore(
                        disk, folder.resolve(MemoryFolder.SHARED_FILE), source);
                records = found.records();
                outcome = Audit.Outcome.OK;
            } finally {
                new AuditLog(disk, folder, Clock.systemUTC()).write(new Audit.Entry(
                        Audit.What.RESTORE, Requester.SELF, null, 0,
                        OptionalLong.of(records), bytes,
                        (System.nanoTime() - start) / 1_000_000, outcome));
            }
            out.println("restored " + records + " records");
        }
    }

    private static Path path(String backup) throws IOException {
        Path file;
        try {
            file = Path.of(backup).toAbsolutePath();
        } catch (InvalidPathException e) {
            throw new IOException("the backup's name is no path", e);
        }
        if (!Files.isRegularFile(file)) {
            throw new IOException("there is no file " + backup);
        }
        return file;
    }

    private void requireFolder() throws IOException {
        if (!Files.isDirectory(folder)) {
            throw new IOException("there is no folder " + folder);
        }
    }
}
