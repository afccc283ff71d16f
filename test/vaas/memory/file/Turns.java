package vaas.memory.file;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import vaas.json.Json;
import vaas.metrics.Metrics;

/** Turns with known ids and places, for the tests of the parts below a memory. */
final class Turns {
    static final Instant WHEN = Instant.parse("2026-11-22T08:15:30.123Z");

    private Turns() {}

    /** A UUIDv7 that rises with the number. */
    static UUID id(long number) {
        return new UUID(number << 16 | 0x7000, 0x8000_0000_0000_0000L);
    }

    /** "q3", with an even id. */
    static MemoryRecord question(int turn) {
        return new MemoryRecord(id(2L * turn), Role.USER, "q" + turn, WHEN);
    }

    /** "a3", with the id after its question's. */
    static MemoryRecord answer(int turn) {
        return new MemoryRecord(id(2L * turn + 1), Role.ASSISTANT, "a" + turn, WHEN);
    }

    /** Turns from first to last as they lie in a file that begins with them. */
    static List<Turn> list(int first, int last) {
        List<Turn> turns = new ArrayList<>();
        long offset = 0;
        for (int i = first; i <= last; i++) {
            long end = offset + encode(question(i), answer(i)).length;
            turns.add(new Turn(question(i), answer(i), offset, end));
            offset = end;
        }
        return turns;
    }

    /** The first view of a file of so many bytes, of which nothing has been read. */
    static View view(long end, int windowRecords) {
        return new View(0, 0, 0, end, Window.empty(windowRecords), new SparseIndex("file", end));
    }

    static Journal journal(MemoryFile file, UUID lastId, View view, Clock clock) {
        return new Journal(file, lastId, view, clock, new MemoryMetrics(new Metrics()));
    }

    /** The lines of a turn. */
    static byte[] encode(MemoryRecord question, MemoryRecord answer) {
        return RecordLine.encode(question, Json.quote(question.content()),
                answer, Json.quote(answer.content()));
    }

    /** A file of turns from first to last. */
    static byte[] lines(int first, int last) {
        ByteArrayOutputStream lines = new ByteArrayOutputStream();
        for (int i = first; i <= last; i++) {
            lines.writeBytes(encode(question(i), answer(i)));
        }
        return lines.toByteArray();
    }

    /** The same as text, where chars are bytes. */
    static String text(int first, int last) {
        return new String(lines(first, last), StandardCharsets.UTF_8);
    }

    /** The line of one record, terminator included. */
    static String line(MemoryRecord found) {
        String twice = new String(encode(found, found), StandardCharsets.UTF_8);
        return twice.substring(0, twice.length() / 2);
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** A file with this content. */
    static Disk.Handle handle(byte[] content) throws IOException {
        return open(FaultyDisk.with(content));
    }

    /** The memory file of a disk. */
    static Disk.Handle open(FaultyDisk disk) throws IOException {
        return disk.open(FaultyDisk.FOLDER.resolve(MemoryFile.FILE_NAME));
    }
}
