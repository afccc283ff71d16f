package vaas.agent.groq;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static vaas.agent.groq.Scripted.asked;
import static vaas.agent.groq.Scripted.says;
import static vaas.agent.groq.Scripted.talk;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import vaas.agent.AnswerReader;
import vaas.agent.Question;
import vaas.agent.Reply;
import vaas.memory.Insertion;
import vaas.memory.Memory;
import vaas.memory.MemoryAwayException;
import vaas.memory.MemoryFullException;
import vaas.testing.Talk;
import vaas.testing.Troubled;

/** Somebody speaks, on another server, between the history of a chat and its turn. */
@Timeout(60)
class OvertakenTest extends GroqFixture {
    private static final String STREAM = "data: {\"choices\":[{\"delta\":"
            + "{\"content\":\"Too early.\"},\"finish_reason\":\"stop\"}]}\n\n";

    private final Troubled troubled = new Troubled();
    private final Question question =
            new Question("And?", Optional.empty(), Optional.empty(), "id", Optional.of("k"),
                    Optional.empty());

    private Reply chat(AnswerReader reader) {
        try (GroqAgent agent =
                Scripted.agent(Scripted.config(groq), troubled.over(memory.folder))) {
            return agent.chat("a", question, reader);
        }
    }

    /** Once, another turn is stored before that of the chat. */
    private void overtake(String text, String key) {
        AtomicBoolean first = new AtomicBoolean(true);
        troubled.trouble = call -> {
            if (!call.equals("insert") || !first.getAndSet(false)) {
                return null;
            }
            try (var lease = memory.folder.use("a")) {
                Memory other = lease.memory();
                Talk.stored(other.insert(other.latest(0), text, "Theirs.", key));
            }
            return new Insertion.Overtaken();
        };
    }

    private List<String> stored() throws IOException {
        try (var lease = memory.folder.use("a")) {
            return Talk.latest(lease.memory(), 20);
        }
    }

    private static Reply.Kind kind(Reply reply) {
        return ((Reply.Failed) reply).kind();
    }

    @Test
    void itIsAskedAgainFromTheStartWithWhatWasSaid() throws IOException {
        overtake("Hello", null);
        script(says("Too early."), says("Mine."));
        assertEquals("Mine.", ((Reply.Answered) chat(AnswerReader.NONE)).message());
        assertEquals(List.of("system: Be brief.", "user: And?"), talk(asked(groq)));
        assertEquals(List.of("system: Be brief.", "user: Hello", "assistant: Theirs.",
                "user: And?"), talk(asked(groq)));
        assertEquals(List.of("Hello", "Theirs.", "And?", "Mine."), stored());
    }

    @Test
    void bySomebodyWithItsKeyItIsAnsweredAsThatWas() throws IOException {
        overtake("And?", "k");
        script(says("Too early."));
        Reply.Answered known = (Reply.Answered) chat(AnswerReader.NONE);
        assertEquals("Theirs.", known.message());
        assertEquals(true, known.replayed());
        assertEquals(List.of("And?", "Theirs."), stored());
    }

    @Test
    void whatHasBeenShownCanNotBeTakenBack() throws IOException {
        for (String key : new String[] {null, "k"}) {
            overtake("And?", key);
            script(Scripted.status(200, STREAM).setHeader("Content-Type", "text/event-stream")
                    .build());
            List<String> shown = new ArrayList<>();
            assertEquals(Reply.Kind.MEMORY_AWAY, kind(chat(shown::add)));
            assertEquals("Too early.", String.join("", shown));
            assertEquals(List.of("And?", "Theirs."), stored());
            try (var lease = memory.folder.use("a")) {
                lease.memory().resetMemory();
            }
        }
    }

    @Test
    void whatCanNotBeReachedIsToldApart() {
        for (String call : List.of("use", "enter", "await", "expire", "byKey", "latest")) {
            fail(call, new MemoryAwayException("no answer", false));
            assertEquals(Reply.Kind.MEMORY_AWAY, kind(chat(AnswerReader.NONE)), call);
            fail(call, new MemoryFullException("no room"));
            assertEquals(Reply.Kind.NOT_STORED, kind(chat(AnswerReader.NONE)), call);
        }
        assertEquals(0, groq.getRequestCount(), "no model is paid for");
        script(says("Lost."), says("Lost?"), says("Lost."));
        fail("insert", new MemoryAwayException("no answer", false));
        assertEquals(Reply.Kind.MEMORY_AWAY, kind(chat(AnswerReader.NONE)));
        fail("insert", new MemoryAwayException("no answer", true));
        assertEquals(Reply.Kind.MAYBE_STORED, kind(chat(AnswerReader.NONE)));
        fail("insert", new MemoryFullException("no room"));
        assertEquals(Reply.Kind.NOT_STORED, kind(chat(AnswerReader.NONE)));
    }

    private void fail(String failing, IOException failure) {
        troubled.trouble = call -> {
            if (call.equals(failing)) {
                throw failure;
            }
            return null;
        };
    }
}
