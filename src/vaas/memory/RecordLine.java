package vaas.memory;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.Arrays;
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
    /** More than the other members of a line take. */
    private static final int OTHER_BYTES_MAX = 256;

    static final DateTimeFormatter MILLIS =
            new DateTimeFormatterBuilder().appendInstant(3).toFormatter();

    /** The year 4199: an id from later is damage. New ids come after it, and need room to. */
    private static final long ID_MILLIS_MAX = 1L << 46;

    private RecordLine() {}

    /**
     * The lines of a turn, terminators included, to be written in one call.
     *
     * @param question with its content as a JSON string: this runs under the write lock, where
     *     escaping long texts would hold up others
     */
    static byte[] encode(MemoryRecord question, byte[] questionJson, MemoryRecord answer,
            byte[] answerJson) {
        String asked = MILLIS.format(question.timestamp());
        String answered = answer.timestamp().equals(question.timestamp())
                ? asked : MILLIS.format(answer.timestamp());
        ByteBuffer lines = ByteBuffer.allocate(
                questionJson.length + answerJson.length + 2 * OTHER_BYTES_MAX);
        put(lines, question, questionJson, asked);
        put(lines, answer, answerJson, answered);
        return Arrays.copyOf(lines.array(), lines.position());
    }

    /** The record of a line without its terminator; empty if the line is damaged. */
    static Optional<MemoryRecord> decode(byte[] line) {
        try {
            Map<String, Object> members = Json.read(line);
            UUID id = UUID.fromString((String) members.get("message_id"));
            if (id.getMostSignificantBits() >>> 16 > ID_MILLIS_MAX) {
                return Optional.empty();
            }
            return Optional.of(new MemoryRecord(id,
                    Role.ofWireName((String) members.get("role")).orElseThrow(),
                    (String) members.get("content"),
                    Instant.parse((String) members.get("timestamp"))));
        } catch (JsonException | RuntimeException e) { // a part is missing, or not what it was
            return Optional.empty();
        }
    }

    private static void put(ByteBuffer lines, MemoryRecord memoryRecord, byte[] json,
            String time) {
        String before = "{\"message_id\":\"" + memoryRecord.messageId() + "\",\"role\":\""
                + memoryRecord.role().wireName() + "\",\"content\":";
        lines.put(before.getBytes(StandardCharsets.US_ASCII));
        lines.put(json);
        lines.put((",\"timestamp\":\"" + time + "\"}\n").getBytes(StandardCharsets.US_ASCII));
    }
}
