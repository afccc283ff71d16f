package vaas.memory;

import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import vaas.json.Json;
import vaas.json.JsonException;

/**
 * One record to one line of the memory file and back; knows nothing of files. A line is
 *
 * <pre>{"message_id":"0199...","role":"user","content":"...","timestamp":"2026-...Z"}\n</pre>
 *
 * <p>compact JSON, keys in this order, UTC to the millisecond, one line feed. JSON escapes line
 * feeds, so the only raw one is the terminator: that is what tells a torn line from a whole one.
 */
final class RecordLine {
    /** Longest line: each char escaped to six bytes, plus the other members. */
    static final int BYTES_MAX = 6 * MemoryRecord.CONTENT_CHARS_MAX + 1024;

    private static final DateTimeFormatter MILLIS =
            new DateTimeFormatterBuilder().appendInstant(3).toFormatter();

    private RecordLine() {}

    /** The lines of a turn, terminators included, to be written in one call. */
    static byte[] encode(MemoryRecord question, MemoryRecord answer) {
        byte[] first = json(question);
        byte[] second = json(answer);
        byte[] lines = Arrays.copyOf(first, first.length + second.length + 2);
        lines[first.length] = '\n';
        System.arraycopy(second, 0, lines, first.length + 1, second.length);
        lines[lines.length - 1] = '\n';
        return lines;
    }

    /** The record of a line without its terminator; empty if the line is damaged. */
    static Optional<MemoryRecord> decode(byte[] line) {
        try {
            Map<String, Object> members = Json.read(line);
            return Optional.of(new MemoryRecord(
                    UUID.fromString((String) members.get("message_id")),
                    Role.ofWireName((String) members.get("role")).orElseThrow(),
                    (String) members.get("content"),
                    Instant.parse((String) members.get("timestamp"))));
        } catch (JsonException | RuntimeException e) { // a part is missing, or not what it was
            return Optional.empty();
        }
    }

    private static byte[] json(MemoryRecord memoryRecord) {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("message_id", memoryRecord.messageId().toString());
        members.put("role", memoryRecord.role().wireName());
        members.put("content", memoryRecord.content());
        members.put("timestamp", MILLIS.format(memoryRecord.timestamp()));
        return Json.write(members);
    }
}
