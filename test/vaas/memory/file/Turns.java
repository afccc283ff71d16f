package vaas.memory.file;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import vaas.disk.Disk;
import vaas.disk.FaultyDisk;
import vaas.memory.MemoryRecord;
import vaas.memory.Role;
import vaas.memory.Turn;

/** Turns with known ids and places, for the tests of the parts below a memory. */
public final class Turns {
    public static final Instant WHEN = Instant.parse("2026-11-22T08:15:30.123Z");
    /** The memory file of a {@link FaultyDisk}. */
    static final Path FILE = FaultyDisk.FOLDER.resolve("memory.jsonl");
    static final int LINE_BYTES_MAX = 1 << 20;

    private Turns() {}

    /** A UUIDv7 that rises with the number. */
    public static UUID id(long number) {
        return new UUID(number << 16 | 0x7000, 0x8000_0000_0000_0000L);
    }

    /** "q3", with an even id. */
    public static MemoryRecord question(int turn) {
        return new MemoryRecord(id(2L * turn), Role.USER, "q" + turn, WHEN);
    }

    /** "a3", with the id after its question's. */
    public static MemoryRecord answer(int turn) {
        return new MemoryRecord(id(2L * turn + 1), Role.ASSISTANT, "a" + turn, WHEN);
    }

    /** Turns from first to last as they lie in a file that begins with them. */
    static List<FileTurn> list(int first, int last) {
        List<FileTurn> turns = new ArrayList<>();
        long offset = 0;
        for (int i = first; i <= last; i++) {
            long end = offset + line(question(i)).length() + line(answer(i)).length();
            turns.add(new FileTurn(new Turn(question(i), answer(i)), null, offset, end));
            offset = end;
        }
        return turns;
    }

    /** A file of turns from first to last. */
    static byte[] lines(int first, int last) {
        ByteArrayOutputStream lines = new ByteArrayOutputStream();
        for (int i = first; i <= last; i++) {
            lines.writeBytes(utf8(line(question(i))));
            lines.writeBytes(utf8(line(answer(i))));
        }
        return lines.toByteArray();
    }

    /** The same as text, where chars are bytes. */
    static String text(int first, int last) {
        return new String(lines(first, last), StandardCharsets.UTF_8);
    }

    /** The line of a record in the documented form, terminator included. */
    public static String line(MemoryRecord found) {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        try {
            found.json().writeTo(content);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return "{\"message_id\":\"" + found.messageId() + "\",\"role\":\""
                + found.role().wireName() + "\",\"content\":"
                + content.toString(StandardCharsets.UTF_8) + ",\"timestamp\":\""
                + MemoryRecord.time(found.timestamp()) + "\"}\n";
    }

    public static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** A file with this content. */
    static Disk.Handle handle(byte[] content) throws IOException {
        return open(FaultyDisk.with(content));
    }

    static Disk.Handle handle(String content) throws IOException {
        return handle(utf8(content));
    }

    /** The memory file of a disk. */
    static Disk.Handle open(FaultyDisk disk) throws IOException {
        return disk.open(FILE);
    }
}
