package vaas.memory.file;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Optional;
import java.util.UUID;
import vaas.disk.Disk;
import vaas.memory.MemoryRecord;
import vaas.memory.Role;

/** Looks at one memory file without opening it as a memory, and without changing anything. */
public final class Verifier {
    private final Path file;
    private final PrintStream out;
    private final int lineBytesMax;
    private long problems;
    private String first; // of them; null if there is none
    private long lines;
    private long records;
    private long turns;
    private UUID lastId;
    private boolean questionOpen; // the record before is a question

    private Verifier(Path file, PrintStream out, int lineBytesMax) {
        this.file = file;
        this.out = out;
        this.lineBytesMax = lineBytesMax;
    }

    /**
     * What was found.
     *
     * @param problems each of which has been told
     * @param first of them, with its place; null if there is none
     * @param records that can be read
     */
    public record Findings(long problems, String first, long records) {}

    /**
     * Reports on a file: turns, bytes, damage with its place, order of ids, half turns; never any
     * content.
     *
     * @param out gets a line for each finding, and a summary
     * @param lineBytesMax longer lines are not looked into
     * @throws IOException if the file can't be read
     */
    public static Findings verify(Disk disk, Path file, PrintStream out, int lineBytesMax)
            throws IOException {
        Verifier verifier = new Verifier(file, out, lineBytesMax);
        try (Disk.Handle handle = disk.openToRead(file)) {
            verifier.all(handle);
        }
        return new Findings(verifier.problems, verifier.first, verifier.records);
    }

    private void all(Disk.Handle handle) throws IOException {
        long length = handle.length();
        LineReader reader = new LineReader(handle, 0, length, lineBytesMax);
        while (reader.next()) {
            lines++;
            line(reader);
        }
        if (questionOpen) {
            problem("ends with a question without its answer");
        }
        long rest = length - reader.lineOffset();
        if (rest > 0) {
            problem("byte " + reader.lineOffset() + ": " + rest + " bytes of an unfinished line"
                    + (Tail.of(handle, lineBytesMax).end() < length
                    ? "; the next start cuts them" : ""));
        }
        out.println(file.getFileName() + ": " + length + " bytes, " + records + " records, "
                + turns + " turns");
    }

    private void line(LineReader reader) throws IOException {
        String place = "line " + lines + " byte " + reader.lineOffset();
        if (reader.isTooLong()) {
            problem(place + ": " + reader.length() + " bytes are more than this heap can look"
                    + " into; give it more with JAVA_OPTS=-Xmx...");
            questionOpen = false;
            return;
        }
        byte[] line = reader.line();
        Optional<MemoryRecord> found = RecordLine.decode(line);
        if (found.isEmpty() && RecordLine.isBlank(line)) {
            return;
        }
        boolean answer = found.isPresent() && found.get().role() == Role.ASSISTANT;
        if (questionOpen && !answer) {
            problem(place + ": the question before has no answer");
        }
        if (answer && !questionOpen) {
            problem(place + ": an answer without its question");
        }
        turns += questionOpen && answer ? 1 : 0;
        questionOpen = found.isPresent() && !answer;
        if (found.isEmpty()) {
            problem(place + ": damaged");
            return;
        }
        records++;
        if (lastId != null && MessageIds.compare(lastId, found.get().messageId()) >= 0) {
            problem(place + ": the id does not come after the one before");
        }
        lastId = found.get().messageId();
    }

    private void problem(String what) {
        problems++;
        first = first == null ? what : first;
        out.println(file.getFileName() + " " + what);
    }
}
