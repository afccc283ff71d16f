package vaas.memory.sql;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import vaas.json.JsonString;
import vaas.memory.MemoryRecord;
import vaas.memory.Role;
import vaas.memory.line.RecordLine;

/**
 * Stores what is written to it, lines of a file or an export, as turns of an empty conversation,
 * with their ids, times and keys. It is a part of a transaction, and holds the row of the
 * conversation until that ends. Lines that can't be read, questions and answers without each
 * other, and turns whose id is there before, are left out and counted.
 */
final class LinesIn extends OutputStream {
    private static final int BATCH_TURNS = 500;
    private static final long BATCH_BYTES = 4 << 20;

    private static final Sql HOLD = new Sql("""
            INSERT INTO vaas_conversation
            VALUES ($1, nextval('vaas_sequence'), NULL, 0, 0, clock_timestamp())
            ON CONFLICT (session_id) DO UPDATE SET generation = nextval('vaas_sequence')
            RETURNING last_id IS NULL""");
    /** Of turns with one key, the last is found by it: those before lose it first. */
    private static final Sql STORE = new Sql("""
            WITH freed AS (
                UPDATE vaas_turn SET idempotency_key = NULL
                WHERE session_id = $1 AND idempotency_key = $7 AND answer_id <> $2
                AND NOT EXISTS (SELECT 1 FROM vaas_turn WHERE session_id = $1 AND answer_id = $2)
                RETURNING 1)
            INSERT INTO vaas_turn SELECT $1, $2::uuid, $3::uuid, $4::timestamptz, $5::bytea,
                $6::bytea, $7::bytea WHERE (SELECT count(*) FROM freed) >= 0
            ON CONFLICT DO NOTHING""");
    private static final Sql SUM_UP = new Sql("""
            UPDATE vaas_conversation c
            SET records = s.records, bytes = s.bytes, last_activity = s.last_activity, last_id = (
                SELECT answer_id FROM vaas_turn WHERE session_id = $1
                ORDER BY answer_id DESC LIMIT 1)
            FROM (SELECT 2 * count(*) AS records, max(time) AS last_activity,
                    sum(BYTES) AS bytes
                FROM vaas_turn WHERE session_id = $1) s
            WHERE c.session_id = $1 AND s.records > 0 RETURNING c.records"""
            .replace("BYTES", TurnRow.BYTES));
    private static final Sql LEAVE = new Sql("""
            DELETE FROM vaas_conversation
            WHERE session_id = $1 AND session_id <> '' AND last_id IS NULL""");

    private final Connection on;
    private final String conversation;
    private final int lineBytesMax;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private final List<Object[]> batch = new ArrayList<>();
    private long batchBytes;
    private boolean tooLong; // the line, which is not kept then
    private MemoryRecord question; // whose answer may come
    private String key; // of it, or null
    private long leftOut;

    LinesIn(Connection on, String conversation, int lineBytesMax)
            throws SQLException, IOException {
        this.on = on;
        this.conversation = conversation;
        this.lineBytesMax = lineBytesMax;
        if (!HOLD.rows(on, at -> at.getBoolean(1), conversation).get(0)) {
            throw new IOException("the conversation is not empty: reset it first");
        }
    }

    @Override
    public void write(int octet) throws IOException {
        write(new byte[] {(byte) octet}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int start, int count) throws IOException {
        int from = start;
        for (int i = start; i < start + count; i++) {
            if (bytes[i] == '\n') {
                keep(bytes, from, i - from);
                line();
                from = i + 1;
            }
        }
        keep(bytes, from, start + count - from);
    }

    private void keep(byte[] bytes, int from, int count) {
        tooLong |= (long) line.size() + count > lineBytesMax;
        if (tooLong) {
            line.reset();
        } else {
            line.write(bytes, from, count);
        }
    }

    private void line() throws IOException {
        byte[] whole = line.toByteArray();
        line.reset();
        if (!tooLong && RecordLine.isBlank(whole)) {
            return;
        }
        Optional<MemoryRecord> record = tooLong ? Optional.empty() : RecordLine.decode(whole);
        tooLong = false;
        boolean answer = record.isPresent() && record.get().role() == Role.ASSISTANT;
        if (answer && question != null) {
            add(record.get());
            question = null;
            return;
        }
        leftOut += question == null ? 0 : 1;
        leftOut += answer || record.isEmpty() ? 1 : 0;
        question = answer ? null : record.orElse(null);
        key = answer ? null : RecordLine.key(whole);
    }

    private void add(MemoryRecord answer) throws IOException {
        batch.add(new Object[] {conversation, answer.messageId(), question.messageId(),
            answer.timestamp(), bytes(question), bytes(answer),
            key == null ? null : JsonString.quote(key)});
        batchBytes += question.json().length() + answer.json().length();
        if (batch.size() == BATCH_TURNS || batchBytes > BATCH_BYTES) {
            flush();
        }
    }

    private static byte[] bytes(MemoryRecord record) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(record.json().length());
        record.json().writeTo(bytes);
        return bytes.toByteArray();
    }

    @Override
    public void flush() throws IOException {
        try {
            leftOut += 2L * (batch.size() - STORE.runAll(on, batch));
        } catch (SQLException e) {
            throw Trouble.told(e, "import");
        }
        batch.clear();
        batchBytes = 0;
    }

    /** Ends it; returns how many records there are now. */
    long end() throws IOException, SQLException {
        if (line.size() > 0 || tooLong) {
            line();
        }
        leftOut += question == null ? 0 : 1;
        flush();
        List<Long> records = SUM_UP.rows(on, at -> at.getLong(1), conversation);
        LEAVE.run(on, conversation);
        return records.isEmpty() ? 0 : records.get(0);
    }

    long leftOut() {
        return leftOut;
    }
}
