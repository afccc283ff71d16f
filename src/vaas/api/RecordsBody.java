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
 * @param start what stands before the records
 * @param end what stands behind them
 */
record RecordsBody(byte[] start, List<MemoryRecord> records, byte[] end) implements Response.Body {
    private static final DateTimeFormatter MILLIS =
            new DateTimeFormatterBuilder().appendInstant(3).toFormatter();

    /** With ASCII around the records. */
    static RecordsBody of(String start, List<MemoryRecord> records, String end) {
        return new RecordsBody(ascii(start), records, ascii(end));
    }

    /** As it stands in every answer, and in the file. */
    static String timestamp(Instant time) {
        return MILLIS.format(time);
    }

    /** Bytes of one record. */
    static long length(MemoryRecord record) {
        return head(record).length + record.json().length() + tail(record).length;
    }

    @Override
    public long length() {
        return start.length + records.stream().mapToLong(RecordsBody::length).sum()
                + Math.max(0, records.size() - 1) + end.length;
    }

    @Override
    public void writeTo(OutputStream out) throws IOException {
        out.write(start);
        for (int i = 0; i < records.size(); i++) {
            if (i > 0) {
                out.write(',');
            }
            out.write(head(records.get(i)));
            records.get(i).json().writeTo(out);
            out.write(tail(records.get(i)));
        }
        out.write(end);
    }

    private static byte[] head(MemoryRecord record) {
        return ascii("{\"message_id\":\"" + record.messageId() + "\",\"role\":\""
                + record.role().wireName() + "\",\"content\":");
    }

    private static byte[] tail(MemoryRecord record) {
        return ascii(",\"timestamp\":\"" + timestamp(record.timestamp()) + "\"}");
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
