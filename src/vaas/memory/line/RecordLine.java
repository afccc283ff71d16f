package vaas.memory.line;

import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import vaas.json.Json;
import vaas.json.JsonException;
import vaas.json.JsonString;
import vaas.memory.MemoryRecord;
import vaas.memory.Role;

/**
 * One line of the memory file to its record; knows nothing of files. A line is
 *
 * <pre>{"message_id":"0199...","role":"user","content":"...","timestamp":"2026-...Z"}\n</pre>
 *
 * <p>compact JSON, keys in this order, UTC to the millisecond, one line feed; a question that came
 * with a key has a last member {@code "idempotency_key"}. JSON escapes line feeds, so the only raw
 * one is the terminator: that is what tells a torn line from a whole one.
 *
 * <p>A line in exactly this form is read from its bytes, and its content stays a stretch of them.
 * Any other JSON with these members, as an editor may leave it, is read as JSON.
 */
public final class RecordLine {
    /** Longest line: each char escaped to six bytes, plus the other members. */
    public static final int BYTES_MAX = 6 * MemoryRecord.CONTENT_CHARS_MAX + 2048;
    /** The shortest line that we write, terminator included: of one char, without a key. */
    public static final int BYTES_MIN = 121;
    /** Of a timestamp: years have four digits, see {@link MessageIds#MILLIS_MAX}. */
    public static final int TIME_CHARS = 24;

    private static final int SHORT_BYTES = 64 << 10;

    static final String BEFORE_TIME = ",\"timestamp\":\"";
    static final String BEFORE_KEY = ",\"idempotency_key\":";

    private static final byte[] BEFORE_TIME_BYTES = ascii(BEFORE_TIME);
    private static final byte[] BEFORE_KEY_BYTES = ascii("\"" + BEFORE_KEY);
    private static final byte[] LAST = ascii("\"}");

    private RecordLine() {}

    public static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** Whether there is nothing in the line: such a one is no damage, and parts no turn. */
    public static boolean isBlank(byte[] line) {
        for (int i = LineHead.markLength(line, 0, line.length); i < line.length; i++) {
            if (line[i] != ' ' && line[i] != '\t' && line[i] != '\r') {
                return false;
            }
        }
        return true;
    }

    /** The record of a line without its terminator; empty if the line can't be read. */
    public static Optional<MemoryRecord> decode(byte[] line) {
        try {
            LineHead head = LineHead.of(line, 0, line.length);
            int time = timeAt(line, head);
            return Optional.of(time > 0 && endsWell(line, time + TIME_CHARS)
                    ? exact(line, head, time) : record(members(line)));
        } catch (JsonException | RuntimeException e) { // a part is missing, or not what it was
            return Optional.empty();
        }
    }

    /** The key in a question's line that can be read; null if there is none. */
    public static String key(byte[] line) {
        try {
            int time = timeAt(line, LineHead.of(line, 0, line.length));
            int end = time + TIME_CHARS;
            if (time > 0 && endsWell(line, end)) {
                int key = end + BEFORE_KEY_BYTES.length;
                return key >= line.length ? null
                        : JsonString.slice(line, key, line.length - 1 - key).text();
            }
            return (String) members(line).get("idempotency_key");
        } catch (JsonException | RuntimeException e) {
            return null;
        }
    }

    /** Where the timestamp begins in a line that has our form up to there, else 0. */
    private static int timeAt(byte[] line, LineHead head) {
        int end = head.role() == null ? -1
                : JsonString.end(line, head.contentAt(), line.length);
        return end > 0 && LineHead.startsWith(line, end, line.length, BEFORE_TIME_BYTES)
                ? end + BEFORE_TIME_BYTES.length : 0;
    }

    private static boolean endsWell(byte[] line, int at) {
        if (LineHead.startsWith(line, at, line.length, BEFORE_KEY_BYTES)) {
            int end = JsonString.end(line, at + BEFORE_KEY_BYTES.length, line.length);
            return end == line.length - 1 && line[end] == '}';
        }
        return at == line.length - LAST.length
                && LineHead.startsWith(line, at, line.length, LAST);
    }

    private static MemoryRecord exact(byte[] line, LineHead head, int time) {
        int content = head.contentAt();
        return record(head.id(), head.role(), JsonString.slice(line, content,
                time - BEFORE_TIME_BYTES.length - content), instant(line, time));
    }

    // This takes some times the line's size: of long ones, one at a time.
    private static Map<String, Object> members(byte[] line) throws JsonException {
        if (line.length <= SHORT_BYTES) {
            return Json.read(line);
        }
        synchronized (RecordLine.class) {
            return Json.read(line);
        }
    }

    private static MemoryRecord record(Map<String, Object> members) {
        String id = (String) members.get("message_id");
        if (id.length() != 36) { // the JDK reads shorter forms as well
            throw new IllegalArgumentException("message_id is no UUID");
        }
        return record(UUID.fromString(id), Role.ofWireName((String) members.get("role"))
                .orElseThrow(), JsonString.of((String) members.get("content")),
                Instant.parse((String) members.get("timestamp")));
    }

    private static MemoryRecord record(UUID id, Role role, JsonString content, Instant when) {
        if (MessageIds.millis(id) >= MessageIds.MILLIS_MAX) {
            throw new IllegalArgumentException("an id of a time that no clock has shown");
        }
        return new MemoryRecord(id, role, content, when);
    }

    // "2026-11-22T08:15:30.123Z", without the general parser, which takes longer than all else.
    private static Instant instant(byte[] line, int at) {
        String form = "____-__-__T__:__:__.___Z";
        for (int i = 0; i < TIME_CHARS; i++) {
            if (form.charAt(i) != '_' && line[at + i] != form.charAt(i)) {
                throw new DateTimeException("not a timestamp of ours");
            }
        }
        int hour = number(line, at + 11, 2);
        int minute = number(line, at + 14, 2);
        int second = number(line, at + 17, 2);
        if (hour > 23 || minute > 59 || second > 59) {
            throw new DateTimeException("no time of day");
        }
        long days = LocalDate.of(number(line, at, 4), number(line, at + 5, 2),
                number(line, at + 8, 2)).toEpochDay();
        return Instant.ofEpochMilli(((days * 24 + hour) * 60 + minute) * 60_000
                + second * 1000L + number(line, at + 20, 3));
    }

    private static int number(byte[] line, int at, int digits) {
        int number = 0;
        for (int i = at; i < at + digits; i++) {
            if (line[i] < '0' || line[i] > '9') {
                throw new DateTimeException("not a number");
            }
            number = number * 10 + line[i] - '0';
        }
        return number;
    }
}
