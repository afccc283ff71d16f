package vaas.memory;

import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.util.Objects;
import java.util.UUID;
import vaas.json.Json;
import vaas.json.JsonString;

/**
 * One remembered message; what embedders get from {@link Memory}. Immutable. Its text is kept once,
 * as the JSON string that the file and the request to the model both contain.
 */
public final class MemoryRecord {
    /** Longest content in chars: more than the largest request body can carry. */
    public static final int CONTENT_CHARS_MAX = 32 << 20;

    private static final int NANOS_PER_MILLI = 1_000_000;
    private static final DateTimeFormatter TIME =
            new DateTimeFormatterBuilder().appendInstant(3).toFormatter();

    private final UUID messageId;
    private final Role role;
    private final JsonString content;
    private final Instant timestamp;

    /**
     * Makes one of a text.
     *
     * @param messageId a UUIDv7 (RFC 9562 section 5.7); ids rise in the order of the file
     * @param role who said it
     * @param content its text: well-formed UTF-16, at most {@link #CONTENT_CHARS_MAX} chars
     * @param timestamp when it was stored, to the millisecond
     * @throws IllegalArgumentException if the id is no UUIDv7, the content too long or holding half
     *     a surrogate pair, or the timestamp finer than a millisecond
     */
    public MemoryRecord(UUID messageId, Role role, String content, Instant timestamp) {
        this(messageId, role, checkedJson(content), timestamp);
    }

    /**
     * Makes one of a JSON string, which it shares.
     *
     * @param messageId a UUIDv7
     * @param role who said it
     * @param content its text
     * @param timestamp when it was stored, to the millisecond
     * @throws IllegalArgumentException if the id is no UUIDv7, or the timestamp finer than a
     *     millisecond
     */
    @SuppressWarnings("exports") // for this module's own stores
    public MemoryRecord(UUID messageId, Role role, JsonString content, Instant timestamp) {
        // Without its top bit, which no time before the year 6429 sets, signed order is right.
        if (messageId.version() != 7 || messageId.variant() != 2
                || messageId.getMostSignificantBits() < 0) {
            throw new IllegalArgumentException("messageId is not a UUIDv7: " + messageId);
        }
        if (timestamp.get(ChronoField.NANO_OF_SECOND) % NANOS_PER_MILLI != 0) {
            throw new IllegalArgumentException("timestamp finer than a millisecond: " + timestamp);
        }
        this.messageId = messageId;
        this.role = Objects.requireNonNull(role, "role");
        this.content = content;
        this.timestamp = timestamp;
    }

    /** A UUIDv7 (RFC 9562 section 5.7); ids rise in the order of the file. */
    public UUID messageId() {
        return messageId;
    }

    /** Who said it. */
    public Role role() {
        return role;
    }

    /** Its text, made anew with each call. */
    public String content() {
        return content.text();
    }

    /** Its text as JSON, shared and never copied. */
    @SuppressWarnings("exports") // for this module's own agents and stores
    public JsonString json() {
        return content;
    }

    /** When it was stored, to the millisecond. */
    public Instant timestamp() {
        return timestamp;
    }

    /** A point in time as it stands in files and answers: UTC, to the millisecond. */
    public static String time(Instant instant) {
        return TIME.format(instant);
    }

    /**
     * Checks text that is to be stored.
     *
     * @param content the text
     * @throws IllegalArgumentException if it is longer than {@link #CONTENT_CHARS_MAX} or holds
     *     half a surrogate pair
     */
    public static void checkContent(String content) {
        if (content.length() > CONTENT_CHARS_MAX) {
            throw new IllegalArgumentException("content has " + content.length()
                    + " chars, at most " + CONTENT_CHARS_MAX + " fit");
        }
        if (!Json.isWellFormed(content)) {
            throw new IllegalArgumentException("content holds half a surrogate pair");
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof MemoryRecord that && messageId.equals(that.messageId)
                && role == that.role && content.equals(that.content)
                && timestamp.equals(that.timestamp);
    }

    @Override
    public int hashCode() {
        return messageId.hashCode();
    }

    /** Tells id, role and length, never the content: it may end up in a log. */
    @Override
    public String toString() {
        return "MemoryRecord[" + messageId + ", " + role.wireName() + ", " + content.length()
                + " bytes, " + timestamp + "]";
    }

    private static JsonString checkedJson(String content) {
        checkContent(content);
        return JsonString.of(content);
    }
}
