package vaas.memory.file;

import java.util.OptionalLong;

/**
 * How many records a file holds, as far as they have been counted: from an offset to the end. A
 * file is counted once, behind, and what is appended meanwhile is known anyway.
 *
 * @param from all records behind this offset are counted; 0 once all are
 * @param records lines there that begin as ours do
 */
record Tally(long from, long records) {
    /** Of a file without any line. */
    static final Tally EMPTY = new Tally(0, 0);

    /** Of a file of so many bytes, of which nothing has been counted. */
    static Tally unknown(long end) {
        return new Tally(end, 0);
    }

    /** Number of records, once it is known. */
    OptionalLong known() {
        return from == 0 ? OptionalLong.of(records) : OptionalLong.empty();
    }

    /** After turns have been appended. */
    Tally plusTurns(int turns) {
        return new Tally(from, records + 2L * turns);
    }

    /** After what lies before {@link #from} has been counted. */
    Tally completed(long before) {
        return from == 0 ? this : new Tally(0, records + before);
    }

    /**
     * After the beginning of the file has been dropped.
     *
     * @param dropped records in it
     * @param end where the rest ends
     */
    Tally without(long bytes, long dropped, long end) {
        return from == 0 ? new Tally(0, records - dropped)
                : from > bytes ? new Tally(from - bytes, records) : unknown(end);
    }
}
