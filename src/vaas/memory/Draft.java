package vaas.memory;

import java.time.Instant;
import java.util.UUID;
import java.util.random.RandomGenerator;
import vaas.json.Json;

/**
 * A turn before it has its place in the file: what takes time with long texts is done here, before
 * the write lock.
 */
record Draft(String question, byte[] questionJson, String answer, byte[] answerJson) {
    /** Checks and escapes the texts. */
    static Draft of(String question, String answer) {
        MemoryRecord.checkContent(question);
        MemoryRecord.checkContent(answer);
        return new Draft(question, Json.quote(question), answer, Json.quote(answer));
    }

    /**
     * The turn with its ids, and its lines as they go to the file.
     *
     * @param lastId the newest id so far, null if there is none
     * @param now to the millisecond
     */
    Stamped stamp(UUID lastId, Instant now, RandomGenerator random) {
        UUID asked = MessageIds.next(lastId, now.toEpochMilli(), random);
        UUID answered = MessageIds.next(asked, now.toEpochMilli(), random);
        MemoryRecord first = new MemoryRecord(asked, Role.USER, question, now);
        MemoryRecord second = new MemoryRecord(answered, Role.ASSISTANT, answer, now);
        return new Stamped(first, second,
                RecordLine.encode(first, questionJson, second, answerJson));
    }

    /** A turn that is ready to be appended. */
    record Stamped(MemoryRecord question, MemoryRecord answer, byte[] lines) {}
}
