package vaas.memory.sql;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import vaas.json.JsonString;
import vaas.memory.MemoryRecord;
import vaas.memory.Role;
import vaas.memory.Turn;
import vaas.memory.line.Draft;

/** A turn as it is in its row; of a row that somebody has altered, whatever is there. */
record TurnRow(UUID questionId, UUID answerId, Instant time, byte[] key, byte[] question,
        byte[] answer) {
    /** Bytes of both lines of a turn in a file besides its texts, and of a key besides itself. */
    static final int LINES_BYTES = Draft.of("", "", null).lines().length - 2 * "\"\"".length();
    static final int KEY_BYTES =
            Draft.of("", "", "").lines().length - LINES_BYTES - 3 * "\"\"".length();

    /** In a statement: bytes of the texts of a row, and of the lines that it would be in a file. */
    static final String TEXTS = "(coalesce(octet_length(question), 0)"
            + " + coalesce(octet_length(answer), 0))";
    static final String BYTES = "(" + TEXTS + " + " + LINES_BYTES
            + " + coalesce(octet_length(idempotency_key) + " + KEY_BYTES + ", 0))";

    private static final System.Logger LOG = System.getLogger(TurnRow.class.getName());

    /** From six columns, the first of which is that one; null where there is no turn. */
    static TurnRow of(ResultSet at, int first) throws SQLException {
        UUID answerId = (UUID) at.getObject(first + 1);
        return answerId == null ? null : new TurnRow((UUID) at.getObject(first), answerId,
                Sql.time(at, first + 2), at.getBytes(first + 3), at.getBytes(first + 4),
                at.getBytes(first + 5));
    }

    /** Size of its texts. */
    long bytes() {
        return (question == null ? 0L : question.length) + (answer == null ? 0 : answer.length);
    }

    /** The turn; empty if it can't be read. */
    Optional<Turn> turn() {
        try {
            return Optional.of(new Turn(
                    new MemoryRecord(questionId, Role.USER, json(question), time),
                    new MemoryRecord(answerId, Role.ASSISTANT, json(answer), time)));
        } catch (IllegalArgumentException e) {
            LOG.log(System.Logger.Level.WARNING, "the turn {0} can not be read", answerId);
            return Optional.empty();
        }
    }

    /** Its records; none if it can't be read. */
    Stream<MemoryRecord> records() {
        return turn().stream().flatMap(it -> Stream.of(it.question(), it.answer()));
    }

    private static JsonString json(byte[] text) {
        if (text == null || JsonString.end(text, 0, text.length) != text.length) {
            throw new IllegalArgumentException("no JSON string");
        }
        return JsonString.slice(text, 0, text.length);
    }

    /** Leaves texts and key out. */
    @Override
    public String toString() {
        return "TurnRow[" + answerId + "]";
    }
}
