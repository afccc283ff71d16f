package vaas.api;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import vaas.http.Response;
import vaas.memory.MemoryRecord;

/**
 * Records as JSON, written one by one once their lengths have been added up: their text is that of
 * the memory, and never copied.
 */
final class RecordsBody {
    private RecordsBody() {}

    /** An answer of records between what stands before and behind them, both in ASCII. */
    static Response answer(String start, List<MemoryRecord> records, String end) {
        long length = start.length() + records.stream().mapToLong(RecordsBody::length).sum()
                + Math.max(0, records.size() - 1) + end.length();
        return Response.of(200, "application/json", length, out -> {
            String before = start;
            for (MemoryRecord record : records) {
                write(before + head(record), out);
                record.json().writeTo(out);
                write(tail(record), out);
                before = ",";
            }
            write(records.isEmpty() ? start + end : end, out);
        });
    }

    /** Bytes of one record. */
    static long length(MemoryRecord record) {
        return head(record).length() + record.json().length() + tail(record).length();
    }

    private static String head(MemoryRecord record) {
        return "{\"message_id\":\"" + record.messageId() + "\",\"role\":\""
                + record.role().wireName() + "\",\"content\":";
    }

    private static String tail(MemoryRecord record) {
        return ",\"timestamp\":\"" + MemoryRecord.time(record.timestamp()) + "\"}";
    }

    private static void write(String ascii, OutputStream out) throws IOException {
        out.write(ascii.getBytes(StandardCharsets.US_ASCII));
    }
}
