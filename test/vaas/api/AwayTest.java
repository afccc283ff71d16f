package vaas.api;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import vaas.api.RawClient.Answer;
import vaas.memory.MemoryFullException;

/** A memory that can't be reached, or has no room, by the wire. */
@Timeout(60)
class AwayTest extends ServedFixture {
    private static final String HELLO = "{\"message\":\"Hello\",\"session_id\":\"a\"}";

    private static void assertAway(Answer answer) {
        Served.problem(503, answer);
        assertEquals("/docs#memory-away", answer.json().get("type"));
        assertEquals(Optional.of("1"), answer.header("Retry-After"));
    }

    @Test
    void whateverNeedsItIs503WithRetryAfter() throws IOException {
        served.troubled.away();
        assertAway(served.chat(HELLO));
        assertAway(served.ask("POST /reset-memory", ""));
        assertAway(served.ask("POST /reset-memory?all=true", ""));
        assertAway(served.ask("POST /reset-memory", "", "If-Match: \"empty\""));
        assertAway(served.get("/memory"));
        assertAway(served.get("/memory/01a202c3-15a9-7695-837b-edfea8393726"));
        assertAway(served.get("/sessions"));
        served.troubled.trouble = call -> null;
        assertEquals(200, served.chat(HELLO).status());
    }

    @Test
    void noRoomIs507BeforeAnybodyIsAsked() throws IOException {
        served.troubled.trouble = call -> {
            if (call.equals("enter")) {
                throw new MemoryFullException("no room");
            }
            return null;
        };
        Answer full = served.chat(HELLO);
        Served.problem(507, full);
        assertEquals("/docs#memory-full", full.json().get("type"));
        assertEquals(0, served.agent.questions.size());
    }
}
