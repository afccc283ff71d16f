package vaas.memory.sql;

import java.time.Instant;
import java.util.Comparator;
import java.util.Optional;
import java.util.UUID;
import vaas.json.JsonString;
import vaas.memory.MemoryRecord;
import vaas.memory.Role;
import vaas.memory.Turn;
import vaas.memory.line.MessageIds;

/** A turn as it is in its row; of a row that somebody has altered, whatever is there. */
record TurnRow(UUID questionId, UUID answerId, Instant time, byte[] key, byte[] question,
        byte[] answer) {
    static final Comparator<TurnRow> BY_ID =
            (a, b) -> MessageIds.compare(a.answerId, b.answerId);

    private static final System.Logger LOG = System.getLogger(TurnRow.class.getName());

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
