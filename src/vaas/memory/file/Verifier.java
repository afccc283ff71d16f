package vaas.memory.file;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.LongConsumer;
import vaas.disk.Disk;
import vaas.memory.MemoryRecord;
import vaas.memory.Role;
import vaas.memory.line.MessageIds;
import vaas.memory.line.RecordLine;

/** Looks at one memory file without opening it as a memory, and without changing anything. */
public final class Verifier {
    private static final int KEPT_MAX = 20;

    private final Path file;
    private final PrintStream out;
    private final int lineBytesMax;
    private final List<String> kept = new ArrayList<>(); // the first of the problems
    private long problems;
    private long lines;
    private long records;
    private long turns;
    private UUID lastId;
    private long questionAt = -1; // of the record before, if that is a question

    private Verifier(Path file, PrintStream out, int lineBytesMax) {
        this.file = file;
        this.out = out;
        this.lineBytesMax = lineBytesMax;
    }

    /**
     * What was found.
     *
     * @param problems each of which has been told
     * @param first of them, at most 20
     * @param records that a start would keep
     */
    public record Findings(long problems, List<String> first, long records) {}

    /**
     * Reports on a file: turns, bytes, damage with its place, order of ids, half turns; never any
     * content.
     *
     * @param out gets a line for each finding, and a summary
     * @param lineBytesMax longer lines are not looked into
     * @param progress is told of bytes that have been read
     * @throws IOException if the file can't be read
     */
    public static Findings verify(Disk disk, Path file, PrintStream out, int lineBytesMax,
            LongConsumer progress) throws IOException {
        Verifier verifier = new Verifier(file, out, lineBytesMax);
        try (Disk.Handle handle = disk.openToRead(file)) {
            long end = verifier.all(handle, progress);
            return new Findings(verifier.problems, verifier.kept,
                    verifier.records - (verifier.questionAt >= end ? 1 : 0));
        }
    }

    /** Returns where a start would cut. */
    private long all(Disk.Handle handle, LongConsumer progress) throws IOException {
        long length = handle.length();
        long end = Tail.of(handle, lineBytesMax).end();
        LineReader reader = new LineReader(handle, 0, length, lineBytesMax);
        while (reader.next()) {
            line(reader.lineOffset(), reader.length(), reader.line());
            progress.accept(reader.length() + 1);
        }
        long rest = length - reader.lineOffset();
        if (rest > 0 && end == length) {
            problem("byte " + reader.lineOffset() + ": the last line has no line end; the next"
                    + " start adds it");
            byte[] line = new byte[(int) Math.min(rest, lineBytesMax)];
            LineReader.readFully(handle, reader.lineOffset(), line, line.length);
            line(reader.lineOffset(), rest, line);
        }
        if (questionAt >= 0) {
            problem("ends with a question without its answer");
        }
        if (rest > 0 && end < length) {
            problem("byte " + reader.lineOffset() + ": " + rest + " bytes of an unfinished line;"
                    + " the next start cuts them");
        }
        out.println(file.getFileName() + ": " + length + " bytes, " + records + " records, "
                + turns + " turns");
        return end;
    }

    private void line(long offset, long length, byte[] line) {
        lines++;
        String place = "line " + lines + " byte " + offset;
        if (length > lineBytesMax) {
            problem(place + ": " + length + " bytes are more than this heap can look into; give it"
                    + " more with JAVA_OPTS=-Xmx...");
            questionAt = -1;
            return;
        }
        Optional<MemoryRecord> found = RecordLine.decode(line);
        if (found.isEmpty() && RecordLine.isBlank(line)) {
            return;
        }
        boolean questionOpen = questionAt >= 0;
        boolean answer = found.isPresent() && found.get().role() == Role.ASSISTANT;
        if (questionOpen && !answer) {
            problem(place + ": the question before has no answer");
        }
        if (answer && !questionOpen) {
            problem(place + ": an answer without its question");
        }
        turns += questionOpen && answer ? 1 : 0;
        questionAt = found.isPresent() && !answer ? offset : -1;
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
        if (kept.size() < KEPT_MAX) {
            kept.add(what);
        }
        out.println(file.getFileName() + " " + what);
    }
}
