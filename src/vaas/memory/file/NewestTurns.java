package vaas.memory.file;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import vaas.budget.Budget;
import vaas.disk.Disk;
import vaas.memory.MemoryRecord;
import vaas.memory.Role;
import vaas.memory.Turn;
import vaas.memory.line.RecordLine;

/**
 * Reads whole turns from an offset towards the start of a file: a question's line and the answer's
 * behind it, with nothing but blank lines in between. Holds the lines that it keeps.
 */
final class NewestTurns {
    /** More than the members of a line besides its content take, a key included. */
    private static final int OTHER_BYTES = 2048;

    private final BackwardReader lines;
    private final Window.Bounds bounds;
    private final Damage damage;
    private final Deque<FileTurn> turns = new ArrayDeque<>();
    private Window.Older older = Window.Older.NONE;
    private UUID newest; // null until a record is met
    private MemoryRecord answer; // of which the question comes next; null if none waits
    private long answerEnd; // offset after its line
    private long bytes; // of the turns that are kept
    private long charged; // for those, and for the answer that waits

    private NewestTurns(BackwardReader lines, Window.Bounds bounds, Damage damage) {
        this.lines = lines;
        this.bounds = bounds;
        this.damage = damage;
    }

    /**
     * What was found.
     *
     * @param turns oldest first
     * @param older what lies before them
     * @param newest id of the last record that can be read, of a whole turn or not; null if none
     *     was met
     */
    record Found(List<FileTurn> turns, Window.Older older, UUID newest) {
        List<MemoryRecord> records() {
            return turns.stream().flatMap(it -> it.records().stream()).toList();
        }
    }

    /**
     * Reads the newest turns before an offset.
     *
     * @param bounds most turns, and most bytes; one turn always fits
     * @param share is charged for what is kept, until it is closed
     */
    static Found before(Disk.Handle file, long end, Window.Bounds bounds, int lineBytesMax,
            Damage damage, Budget.Share share) throws IOException {
        NewestTurns reading = new NewestTurns(
                new BackwardReader(file, end, lineBytesMax), bounds, damage);
        while (reading.goesOn()) {
            long line = reading.lines.isTooLong() ? 0 : reading.lines.length();
            share.take(line);
            reading.take();
            share.giveBack(reading.charged + line - reading.bytes - reading.waiting());
            reading.charged = reading.bytes + reading.waiting();
        }
        return new Found(List.copyOf(reading.turns), reading.older, reading.newest);
    }

    private boolean goesOn() throws IOException {
        if (turns.size() == bounds.turnsMax() && newest != null) {
            older = lines.lineOffset() > 0 ? Window.Older.UNKNOWN : Window.Older.NONE;
        }
        if (older != Window.Older.NONE || !lines.previous()) {
            return false;
        }
        if (!turns.isEmpty() && bytes + lines.length() > bounds.bytesMax() + OTHER_BYTES
                && lines.head().role() != null) { // not even looked at: it may be too long to hold
            older = Window.Older.TOO_LONG;
        }
        return older == Window.Older.NONE;
    }

    private long waiting() {
        return answer == null ? 0 : answer.json().length();
    }

    private void take() throws IOException {
        byte[] line = lines.line();
        if (!lines.isTooLong() && RecordLine.isBlank(line)) {
            return;
        }
        Optional<MemoryRecord> found = RecordLine.decode(line);
        if (found.isEmpty()) {
            damage.met(lines.lineOffset(), lines.length());
            answer = null;
            return;
        }
        newest = newest == null ? found.get().messageId() : newest;
        if (found.get().role() == Role.ASSISTANT) {
            answer = found.get();
            answerEnd = lines.lineOffset() + lines.length() + 1;
        } else if (answer != null) {
            keep(new FileTurn(new Turn(found.get(), answer), null, lines.lineOffset(), answerEnd));
            answer = null;
        }
    }

    private void keep(FileTurn turn) {
        if (!turns.isEmpty() && bytes + turn.bytes() > bounds.bytesMax()) {
            older = Window.Older.TOO_LONG;
        } else {
            turns.addFirst(turn);
            bytes += turn.bytes();
        }
    }
}
