package vaas.memory;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * Reads a memory file from its end: what a crash left there, and the newest whole turns. The cost
 * depends on what is asked for, not on the size of the file.
 */
final class Tail {
    private static final int STRETCH_BYTES = 64 << 10;

    private Tail() {}

    /**
     * Where the file ends for a reader: an unterminated last line, and a last question without its
     * answer, are what a crash in mid-write leaves and were never acknowledged. A damaged line
     * that is terminated is no such thing and stays.
     */
    static long wholeEnd(Disk.Handle file) throws IOException {
        long end = afterLastNewline(file, file.length());
        if (end == 0) {
            return 0;
        }
        long start = afterLastNewline(file, end - 1);
        LineReader reader = new LineReader(file, start, end);
        boolean question = reader.next() && RecordLine.decode(reader.line())
                .filter(found -> found.role() == Role.USER).isPresent();
        return question ? start : end;
    }

    /**
     * The newest whole turns of at most so many records, oldest first.
     *
     * @param end where the file ends for readers
     * @param bytesMax how much of the file may be read, about
     */
    static Turns wholeTurns(Disk.Handle file, long end, int recordsMax, long bytesMax)
            throws IOException {
        for (long stretch = STRETCH_BYTES; ; stretch *= 2) {
            long from = Math.max(0, end - stretch);
            Turns turns = turnsOf(file, from, end, Window.wholeTurns(recordsMax) / 2);
            if (turns.reachesStart() || turns.trimmed() || stretch >= bytesMax) {
                return turns;
            }
        }
    }

    /**
     * What a stretch holds.
     *
     * @param trimmed whether it held more turns than were asked for
     * @param newest its last readable record, of a whole turn or not
     */
    record Turns(List<Turn> list, boolean reachesStart, boolean trimmed,
            Optional<MemoryRecord> newest) {
        boolean complete() {
            return reachesStart && !trimmed;
        }
    }

    private static Turns turnsOf(Disk.Handle file, long from, long end, int turnsMax)
            throws IOException {
        LineReader reader = new LineReader(file, Math.max(0, from - 1), end);
        if (from > 0) {
            reader.next(); // the rest of a line whose beginning lies before the stretch
        }
        Deque<Turn> turns = new ArrayDeque<>();
        boolean trimmed = false;
        Optional<MemoryRecord> newest = Optional.empty();
        MemoryRecord question = null;
        long questionOffset = 0;
        while (reader.next()) {
            Optional<MemoryRecord> found = RecordLine.decode(reader.line());
            if (question != null && found.isPresent() && found.get().role() == Role.ASSISTANT) {
                turns.add(new Turn(question, found.get(), questionOffset, reader.offset()));
            }
            newest = found.isPresent() ? found : newest;
            question = found.filter(it -> it.role() == Role.USER).orElse(null);
            questionOffset = reader.lineOffset();
            if (turns.size() > turnsMax) {
                turns.remove();
                trimmed = true;
            }
        }
        return new Turns(List.copyOf(turns), from == 0, trimmed, newest);
    }

    /** The largest offset up to {@code end} that is 0 or follows a line feed. */
    private static long afterLastNewline(Disk.Handle file, long end) throws IOException {
        byte[] buffer = new byte[STRETCH_BYTES];
        long to = end;
        while (to > 0) {
            int count = (int) Math.min(buffer.length, to);
            int read = readFully(file, to - count, buffer, count);
            for (int i = read - 1; i >= 0; i--) {
                if (buffer[i] == '\n') {
                    return to - count + i + 1;
                }
            }
            to -= count;
        }
        return 0;
    }

    private static int readFully(Disk.Handle file, long offset, byte[] into, int count)
            throws IOException {
        int done = 0;
        while (done < count) {
            int read = file.read(offset + done, into, done, count - done);
            if (read <= 0) {
                break;
            }
            done += read;
        }
        return done;
    }
}
