package vaas.api;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.List;
import vaas.http.Response;
import vaas.memory.MemoryRecord;

/**
 * Records as JSON, written one by one once their lengths have been added up: their text is that of
 * the memory, and never copied.
 *
 * @param start what stands before them, in ASCII
 * @param end what stands behind them, in ASCII
 */
record RecordsBody(String start, List<MemoryRecord> records, String end) implements Response.Body {
    private static final DateTimeFormatter MILLIS =
            new DateTimeFormatterBuilder().appendInstant(3).toFormatter();

    /** As it stands in every answer, and in the file. */
    static String timestamp(Instant time) {
        return MILLIS.format(time);
    }

    /** Bytes of one record. */
    static long length(MemoryRecord record) {
        return head(record).length() + record.json().length() + tail(record).length();
    }

    @Override
    public long length() {
        return start.length() + records.stream().mapToLong(RecordsBody::length).sum()
                + Math.max(0, records.size() - 1) + end.length();
    }

    @Override
    public void writeTo(OutputStream out) throws IOException {
        String before = start;
        for (MemoryRecord record : records) {
            write(before + head(record), out);
            record.json().writeTo(out);
            write(tail(record), out);
            before = ",";
        }
        write(records.isEmpty() ? start + end : end, out);
    }

    private static String head(MemoryRecord record) {
        return "{\"message_id\":\"" + record.messageId() + "\",\"role\":\""
                + record.role().wireName() + "\",\"content\":";
    }

    private static String tail(MemoryRecord record) {
        return ",\"timestamp\":\"" + timestamp(record.timestamp()) + "\"}";
    }

    private static void write(String ascii, OutputStream out) throws IOException {
        out.write(ascii.getBytes(StandardCharsets.US_ASCII));
    }
}
