package vaas.agent.groq;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import vaas.agent.groq.Completion.Answer;
import vaas.agent.groq.Completion.ToolCall;
import vaas.agent.groq.Completion.ToolCalls;

/** What a completion tells about itself, and what goes back to the model of what it said. */
class CompletionTest {
    @Test
    void theTextOfACompletionIsLeftOutWhereItMayEndUpInALog() {
        ToolCall call = new ToolCall("my secret", "my secret", "my secret");
        String text = List.of(new Answer("my secret"), call,
                new ToolCalls("my secret", List.of(call), Map.of())).toString();
        assertFalse(text.contains("secret"), text);
    }

    @Test
    void aToolCallGoesBackWithAnObjectWhereItsArgumentsAreNone() {
        assertEquals(
                Map.of("id", "call_7", "type", "function",
                        "function", Map.of("name", "clip", "arguments", "{}")),
                new ToolCall("call_7", "clip", "{\"from\": 1,").toWire());
    }
}
