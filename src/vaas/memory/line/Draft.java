package vaas.memory.line;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.UUID;
import java.util.random.RandomGenerator;
import vaas.json.JsonString;
import vaas.memory.MemoryRecord;
import vaas.memory.Role;
import vaas.memory.Turn;

/**
 * The two lines of a turn before it has its place: whole but for ids and times, which have fixed
 * widths and are filled in last, in a file under the write lock. So what takes time with long texts
 * is done before, and nothing is copied after: file, window and prompts share the one array.
 */
public final class Draft {
    private static final String NO_ID = "00000000-0000-0000-0000-000000000000";
    private static final String NO_TIME = "0000-00-00T00:00:00.000Z";

    private final ByteBuffer lines;
    private final Part question;
    private final Part answer;

    /** Where the parts of a line are. */
    private record Part(int id, int content, int contentLength, int time) {}

    private Draft(byte[] questionJson, byte[] answerJson, byte[] keyJson) {
        this.lines = ByteBuffer.allocate(lineLength(Role.USER, questionJson, keyJson)
                + lineLength(Role.ASSISTANT, answerJson, null));
        this.question = put(Role.USER, questionJson, keyJson);
        this.answer = put(Role.ASSISTANT, answerJson, null);
    }

    /** Checks and writes the texts; the key may be null. */
    public static Draft of(String question, String answer, String key) {
        MemoryRecord.checkContent(question);
        MemoryRecord.checkContent(answer);
        return new Draft(JsonString.quote(question), JsonString.quote(answer),
                key == null ? null : JsonString.quote(key));
    }

    /** The lines of one of which all parts are known, texts and key as JSON, or null. */
    public static byte[] lines(UUID questionId, UUID answerId, Instant time, byte[] questionJson,
            byte[] answerJson, byte[] keyJson) {
        byte[] none = {};
        Draft draft = new Draft(questionJson == null ? none : questionJson,
                answerJson == null ? none : answerJson, keyJson);
        draft.fill(draft.question.id, questionId.toString());
        draft.fill(draft.answer.id, answerId.toString());
        draft.fill(draft.question.time, MemoryRecord.time(time));
        draft.fill(draft.answer.time, MemoryRecord.time(time));
        return draft.lines();
    }

    /** Bytes of the longer line of the two. */
    public int longestLine() {
        int answerAt = answer.id - LineHead.START.length();
        return Math.max(answerAt, lines.capacity() - answerAt);
    }

    public byte[] lines() {
        return lines.array();
    }

    /**
     * Fills in new ids, and the time.
     *
     * @param last the newest id so far, null if there is none
     * @param now to the millisecond
     * @throws IOException if the clock shows a time that can't be written
     */
    public Turn stamp(UUID last, Instant now, RandomGenerator random) throws IOException {
        UUID asked = MessageIds.next(last, now.toEpochMilli(), random);
        UUID answered = MessageIds.next(asked, now.toEpochMilli(), random);
        String time = MemoryRecord.time(now); // which takes as long as all the rest
        fill(question.time, time);
        fill(answer.time, time);
        return new Turn(stamp(question, Role.USER, asked, now),
                stamp(answer, Role.ASSISTANT, answered, now));
    }

    private MemoryRecord stamp(Part part, Role role, UUID id, Instant now) {
        fill(part.id, id.toString());
        return new MemoryRecord(id, role,
                JsonString.slice(lines(), part.content, part.contentLength), now);
    }

    private void fill(int at, String text) {
        byte[] ascii = RecordLine.ascii(text);
        System.arraycopy(ascii, 0, lines(), at, ascii.length);
    }

    private Part put(Role role, byte[] json, byte[] keyJson) {
        int id = lines.position() + LineHead.START.length();
        lines.put(RecordLine.ascii(before(role)));
        int content = lines.position();
        lines.put(json).put(RecordLine.ascii(RecordLine.BEFORE_TIME));
        int time = lines.position();
        lines.put(RecordLine.ascii(NO_TIME + "\""));
        if (keyJson != null) {
            lines.put(RecordLine.ascii(RecordLine.BEFORE_KEY)).put(keyJson);
        }
        lines.put(RecordLine.ascii("}\n"));
        return new Part(id, content, json.length, time);
    }

    private static int lineLength(Role role, byte[] json, byte[] keyJson) {
        return before(role).length() + json.length + RecordLine.BEFORE_TIME.length()
                + RecordLine.TIME_CHARS + "\"}\n".length()
                + (keyJson == null ? 0 : RecordLine.BEFORE_KEY.length() + keyJson.length);
    }

    private static String before(Role role) {
        return LineHead.START + NO_ID + "\",\"role\":\"" + role.wireName() + "\",\"content\":";
    }
}
