package vaas.memory.file;

import java.util.List;
import java.util.UUID;

/**
 * What readers see: an immutable value, published after each sync, by each reset and by each
 * rewrite.
 *
 * @param generation resets since the memory was opened
 * @param fileVersion replacements of the file since then: with another one, an offset means
 *     nothing any more, and what was being read may have been emptied
 * @param end offset after the last durable turn
 * @param newest id of the newest record; null if there is none
 * @param window the newest turns
 * @param tally how many records there are
 */
record Snapshot(long generation, long fileVersion, long end, UUID newest, Window window,
        Tally tally) {
    /** After more turns have become durable. */
    Snapshot with(List<FileTurn> turns) {
        FileTurn last = turns.get(turns.size() - 1);
        return new Snapshot(generation, fileVersion, last.end(), last.turn().answer().messageId(),
                window.with(turns), tally.plusTurns(turns.size()));
    }

    /** Before the file is touched: whoever reads it must look again. */
    Snapshot hidden() {
        return new Snapshot(generation, fileVersion + 1, end, newest, window.givenUp(), tally);
    }

    /** After a reset. */
    Snapshot reset() {
        return new Snapshot(generation + 1, fileVersion + 1, 0, null, window.cleared(),
                Tally.EMPTY);
    }

    /** After the beginning of the file has been dropped. */
    Snapshot without(long bytes, long dropped) {
        boolean nothingLeft = bytes == end;
        return new Snapshot(generation, fileVersion + 1, end - bytes,
                nothingLeft ? null : newest, window.without(bytes),
                tally.without(bytes, dropped, end - bytes));
    }

    Snapshot with(Window other) {
        return new Snapshot(generation, fileVersion, end, newest, other, tally);
    }

    Snapshot with(Tally other) {
        return new Snapshot(generation, fileVersion, end, newest, window, other);
    }

    /** Names the state of the conversation; see {@link vaas.memory.History#tag}. */
    String tag() {
        return newest == null ? "empty" : newest.toString();
    }
}
