package vaas.memory.sql;

import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import vaas.budget.OverBudgetException;
import vaas.json.JsonString;
import vaas.memory.History;
import vaas.memory.Insertion;
import vaas.memory.MemoryAwayException;
import vaas.memory.MemoryRecord;
import vaas.memory.Role;
import vaas.memory.line.MessageIds;
import vaas.memory.line.RecordLine;

/**
 * Stores a turn. Fence and order are one statement: the conversation's row is changed only if it is
 * the one that was read, and takes the turn with it. Where nothing is heard of that, the same
 * statement with the same ids is sent again, on another connection, as long as there is time: it
 * waits for the first to end, can't store the turn twice, and finds the id if the first has done
 * it. A mere look would not do, for the first may be under way still, unseen. Used by one thread,
 * once.
 */
final class Insert {
    /** Longer nobody is kept waiting for a database that says nothing. */
    static final Duration SETTLING_MAX = Duration.ofSeconds(30);

    private static final String VALUES = """
            INSERT INTO vaas_turn SELECT session_id, $2, $3, $4, $5, $6, $7 FROM said
            RETURNING (SELECT records FROM said), (SELECT bytes FROM said)""";
    /** Stores one that begins a conversation, if nobody has begun it. */
    private static final Sql BEGIN = new Sql("""
            WITH said AS (
                INSERT INTO vaas_conversation VALUES ($1, $9, $2, 2, $8, clock_timestamp())
                ON CONFLICT DO NOTHING RETURNING session_id, records, bytes)
            """ + VALUES);
    /** A place is given up with it; from one in a named one nobody may have spoken since. */
    private static final Sql COMMIT = new Sql("""
            WITH said AS (
                UPDATE vaas_conversation
                SET last_id = $2, records = records + 2, bytes = bytes + $8,
                    last_activity = clock_timestamp()
                WHERE session_id = $1 AND generation = $9
                AND CASE WHEN $1 <> '' AND $11::uuid IS NOT NULL
                    THEN last_id IS NOT DISTINCT FROM $10
                    ELSE last_id IS NULL OR last_id < $3 END
                RETURNING session_id, records, bytes),
            left_behind AS (
                DELETE FROM vaas_place WHERE session_id = $1 AND chat = $11
                AND EXISTS (SELECT 1 FROM said))
            """ + VALUES);
    /** Writes, so that its commit waits for a standby that may not have the turn yet. */
    private static final Sql WHY_NOT = new Sql("""
            UPDATE vaas_conversation SET generation = generation WHERE session_id = $1
            RETURNING generation, last_id, EXISTS (
                SELECT 1 FROM vaas_turn WHERE session_id = $1 AND answer_id = $2)""");

    private final SqlContext context;
    private final String conversation;
    private final Session session;
    private final SqlPlace place; // or null
    private final History read;
    private final byte[] question;
    private final byte[] answer;
    private final byte[] key; // or null
    private final long bytes;
    private UUID questionId;
    private UUID answerId;
    private Instant time;
    private boolean unheard; // whether something may be under way still

    /** What has become of it, so far. */
    private enum End { STORED, FENCED, OVERTAKEN, BEHIND, PRESENT }

    /** Checks and writes the texts. */
    Insert(SqlContext context, String conversation, Session session, SqlPlace place, History read,
            String question, String answer, String key) throws OverBudgetException {
        MemoryRecord.checkContent(question);
        MemoryRecord.checkContent(answer);
        this.context = context;
        this.conversation = conversation;
        this.session = session;
        this.place = place;
        this.read = read;
        this.question = JsonString.quote(question);
        this.answer = JsonString.quote(answer);
        this.key = key == null ? null : JsonString.quote(key);
        this.bytes = TurnRow.LINES_BYTES + (long) this.question.length + this.answer.length
                + (key == null ? 0 : TurnRow.KEY_BYTES + this.key.length);
        if (Math.max(this.question.length, this.answer.length) + (long) TurnRow.LINES_BYTES
                > Math.min(RecordLine.BYTES_MAX, context.budget().lineBytes())) {
            throw new OverBudgetException(true); // it could not be read back
        }
    }

    /** Stores it; null if a turn with its key is there. */
    Insertion run(Patience patience) throws IOException {
        context.database().requireOpen();
        long start = System.nanoTime();
        if (!patience.await(left -> session.storing.tryLock(left, TimeUnit.NANOSECONDS))) {
            throw new MemoryAwayException("others store in the conversation for too long", false);
        }
        try {
            End end = store(patience);
            if (end == End.STORED) {
                session.stored(answerId);
                context.database().stored();
                context.metrics().append.since(start);
            }
            return told(end);
        } finally {
            session.storing.unlock();
        }
    }

    private Insertion told(End end) {
        return switch (end) {
            case STORED -> new Insertion.Stored(new MemoryRecord(answerId, Role.ASSISTANT,
                    JsonString.slice(answer, 0, answer.length), time));
            case OVERTAKEN -> new Insertion.Overtaken();
            case PRESENT -> null;
            default -> {
                context.metrics().fenced.increment();
                yield new Insertion.Fenced();
            }
        };
    }

    private End store(Patience patience) throws IOException {
        UUID last = session.newest(read.newest().orElse(null));
        try {
            End end;
            do { // until its ids are not behind those of a server whose clock is ahead
                time = context.now();
                questionId = idAfter(last);
                answerId = idAfter(questionId);
                unheard = false;
                UUID[] found = {null};
                end = context.database().run("commit", patience, on -> attempt(on, found));
                last = found[0];
            } while (end == End.BEHIND);
            return end;
        } catch (IOException e) {
            throw unheard ? new MemoryAwayException(e.getMessage(), true) : e;
        }
    }

    private UUID idAfter(UUID last) throws IOException {
        return MessageIds.next(last, time.toEpochMilli(), ThreadLocalRandom.current());
    }

    private End attempt(Connection on, UUID[] found) throws SQLException {
        try {
            return isStored(on) ? End.STORED : whyNot(on, found);
        } catch (SQLException e) {
            unheard |= Trouble.isUnheard(e);
            if (Trouble.state(e).equals(Trouble.DUPLICATE) && key != null) {
                return End.PRESENT;
            }
            throw e;
        }
    }

    private boolean isStored(Connection on) throws SQLException {
        if (place == null && session.isAbsent(read.generation()) && isStored(on, BEGIN)) {
            session.reset(null);
            return true;
        }
        return isStored(on, COMMIT);
    }

    private boolean isStored(Connection on, Sql statement) throws SQLException {
        List<Boolean> over = statement.rows(on,
                at -> context.limits().exceededBy(at.getLong(1), at.getLong(2)),
                conversation, answerId, questionId, time, question, answer, key, bytes,
                read.generation(), read.newest().orElse(null), place == null ? null : place.chat);
        if (!over.isEmpty() && place != null) {
            place.left();
        }
        if (over.contains(true)) {
            context.overLimits().accept(conversation);
        }
        return !over.isEmpty();
    }

    private End whyNot(Connection on, UUID[] found) throws SQLException {
        List<End> row = WHY_NOT.rows(on, at -> {
            found[0] = (UUID) at.getObject(2);
            if (at.getBoolean(3)) {
                return End.STORED;
            }
            return at.getLong(1) != read.generation() ? End.FENCED
                    : place == null || conversation.isEmpty() ? End.BEHIND : End.OVERTAKEN;
        }, conversation, answerId);
        End end = row.isEmpty() ? End.FENCED : row.get(0);
        if (end == End.STORED) {
            context.metrics().settled.increment();
        }
        return end;
    }
}
