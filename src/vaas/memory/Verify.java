package vaas.memory;

import java.io.Closeable;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.UUID;

/**
 * Looks at a memory folder from outside, with the server stopped: what is in it, and whether it is
 * as it should be. Changes nothing. Behind {@code --verify}.
 */
public final class Verify {
    private final Path folder;
    private final PrintStream out;
    private long problems;
    private long lines;
    private long records;
    private long turns;
    private UUID lastId;
    private boolean questionOpen; // the line before is a question

    private Verify(Path folder, PrintStream out) {
        this.folder = folder;
        this.out = out;
    }

    /**
     * Checks a folder and reports on it: turns, bytes, damage with its place, order of ids, half
     * turns and leftovers, never any content.
     *
     * @param folder of a memory that is not open
     * @param out gets a line for each finding, and a summary
     * @return whether all is well
     * @throws IOException if the folder is in use, or can't be read
     */
    public static boolean folder(Path folder, PrintStream out) throws IOException {
        Verify verify = new Verify(folder, out);
        Closeable ownership = FolderLock.take(folder);
        try {
            verify.leftovers();
            verify.file(folder.resolve(MemoryFile.FILE_NAME));
            out.println(verify.problems == 0 ? "all is well"
                    : verify.problems + (verify.problems == 1 ? " problem" : " problems"));
        } finally {
            ownership.close();
        }
        return verify.problems == 0;
    }

    /** Counts the problems of one file, without telling anybody. */
    static long problems(Path file) throws IOException {
        Verify verify = new Verify(file.getParent(),
                new PrintStream(PrintStream.nullOutputStream(), false, "UTF-8"));
        verify.file(file);
        return verify.problems;
    }

    private void leftovers() {
        if (Files.exists(folder.resolve(MemoryFile.NEW_NAME))) {
            problem(MemoryFile.NEW_NAME, "is left over from a crash; the next start removes it");
        }
    }

    private void file(Path file) throws IOException {
        String name = file.getFileName().toString();
        if (!Files.exists(file)) {
            out.println(name + ": there is none yet");
            return;
        }
        try (Disk.Handle handle = FileDisk.openToRead(file)) {
            long length = handle.length();
            LineReader reader = new LineReader(handle, 0, length);
            while (reader.next()) {
                lines++;
                line(name, reader);
            }
            if (questionOpen) {
                problem(name, "ends with a question without its answer");
            }
            long rest = length - reader.lineOffset();
            if (rest > 0) {
                problem(name, "byte " + reader.lineOffset() + ": " + rest
                        + " bytes of an unfinished line; the next start cuts them");
            }
            out.println(name + ": " + length + " bytes, " + records + " records, " + turns
                    + " turns");
        }
    }

    private void line(String name, LineReader reader) {
        String place = "line " + lines + " byte " + reader.lineOffset();
        Optional<MemoryRecord> found = RecordLine.decode(reader.line());
        boolean answer = found.isPresent() && found.get().role() == Role.ASSISTANT;
        if (questionOpen && !answer) {
            problem(name, place + ": the question before has no answer");
        }
        if (answer && !questionOpen) {
            problem(name, place + ": an answer without its question");
        }
        turns += questionOpen && answer ? 1 : 0;
        questionOpen = found.isPresent() && !answer;
        if (found.isEmpty()) {
            problem(name, place + ": damaged");
            return;
        }
        records++;
        if (lastId != null && lastId.compareTo(found.get().messageId()) >= 0) {
            problem(name, place + ": the id does not come after the one before");
        }
        lastId = found.get().messageId();
    }

    private void problem(String name, String what) {
        problems++;
        out.println(name + " " + what);
    }
}
