package vaas.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a tool may be called, and that nobody changes it later. */
class ToolTest {
    @ParameterizedTest
    @ValueSource(strings = {"a", "search_memory", "Clip-2", "_", "0123456789"})
    void aNameThatGroqTakesIsFine(String name) {
        assertEquals(name, tool(name).name());
        assertEquals(64, tool("x".repeat(64)).name().length());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "two words", "caf\u00e9", "a.b", "a/b", "name\n"})
    void anyOtherNameIsRefused(String name) {
        IllegalArgumentException refused =
                assertThrows(IllegalArgumentException.class, () -> tool(name));
        assertTrue(refused.getMessage().contains("expected 1 to 64"), refused.getMessage());
        assertThrows(IllegalArgumentException.class, () -> tool("x".repeat(65)));
    }

    @Test
    void itsParametersAreCopied() {
        Map<String, Object> parameters = new HashMap<>(Map.of("type", "object"));
        Tool tool = new Tool("t", "", parameters, call -> Tool.Result.of(""));
        parameters.clear();
        assertEquals(Map.of("type", "object"), tool.parameters());
        assertThrows(UnsupportedOperationException.class, () -> tool.parameters().clear());
    }

    @Test
    void aResultOfTextAloneHasNoClip() {
        assertEquals(new Tool.Result("found", Optional.empty()), Tool.Result.of("found"));
    }

    @Test
    void theTextOfAResultIsLeftOutWhereItMayEndUpInALog() {
        String text = new Tool.Result("my secret", Optional.of("/my/clip")).toString();
        assertFalse(text.contains("secret"), text);
        assertFalse(text.contains("clip"), text);
    }

    private static Tool tool(String name) {
        return new Tool(name, "", Map.of(), call -> Tool.Result.of(""));
    }
}
