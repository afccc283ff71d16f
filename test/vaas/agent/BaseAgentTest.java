package vaas.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import vaas.config.Config;
import vaas.config.ConfigException;
import vaas.memory.Memory;
import vaas.memory.Receipt;

/** What every agent has, whatever its model. */
@Timeout(60)
class BaseAgentTest {
    @TempDir
    Path folder;

    private Memory memory;

    @BeforeEach
    void openMemory() throws IOException {
        memory = Memory.open(folder, 20);
    }

    @AfterEach
    void closeMemory() throws IOException {
        memory.close();
    }

    /** Says what it is told. */
    private final class Parrot extends BaseAgent {
        Parrot(List<Tool> tools, Set<String> disabledTools) {
            super("parrot", memory, tools, disabledTools);
        }

        @Override
        public Reply chat(Question question) {
            return new Reply.Answered(question.message(), Optional.empty(), Optional.empty());
        }
    }

    @Test
    void hasANameAMemoryAndToolsInTheOrderGiven() {
        List<Tool> tools = tools("b", "a", "c");
        BaseAgent agent = new Parrot(tools, Set.of());
        assertEquals("parrot", agent.name());
        assertSame(memory, agent.memory());
        assertEquals(tools, agent.tools());
        assertThrows(UnsupportedOperationException.class, () -> agent.tools().clear());
    }

    @Test
    void isNotChangedByWhatBecomesOfTheListsItWasGiven() {
        List<Tool> tools = new ArrayList<>(tools("a"));
        BaseAgent agent = new Parrot(tools, Set.of());
        tools.clear();
        assertEquals(List.of("a"), names(agent.tools()));
    }

    @Test
    void leavesDisabledToolsOut() {
        BaseAgent agent = new Parrot(tools("a", "b", "c"), Set.of("b", "unknown"));
        assertEquals(List.of("a", "c"), names(agent.tools()));
        assertEquals(List.of("x"), names(agent.filterActiveTools(tools("b", "x", "b"))));
        assertEquals(List.of(), agent.filterActiveTools(List.of()));
    }

    @Test
    void takesTheNamesInTheSettingToTheLetter() throws ConfigException {
        Set<String> disabled = Config.parse(
                Map.of("DISABLE_TOOLS", " search_memory ,, clip,"), true).groq().disabledTools();
        BaseAgent agent =
                new Parrot(tools("search_memory", "clip", "Clip", "clipper"), disabled);
        assertEquals(List.of("Clip", "clipper"), names(agent.tools()));
    }

    @Test
    void refusesTwoToolsOfOneName() {
        IllegalArgumentException refused = assertThrows(IllegalArgumentException.class,
                () -> new Parrot(tools("a", "twin", "twin"), Set.of()));
        assertTrue(refused.getMessage().contains("twin"), refused.getMessage());
        assertEquals(List.of("a"),
                names(new Parrot(tools("a", "twin", "twin"), Set.of("twin")).tools()));
    }

    @Test
    void refusesMoreToolsThanGroqTakes() {
        String[] names = IntStream.range(0, 129).mapToObj(i -> "t" + i).toArray(String[]::new);
        assertThrows(IllegalArgumentException.class, () -> new Parrot(tools(names), Set.of()));
        assertEquals(128, new Parrot(tools(names), Set.of("t7")).tools().size());
    }

    @Test
    void aResetEmptiesTheMemoryAndBeginsANewThread() throws IOException {
        BaseAgent agent = new Parrot(List.of(), Set.of());
        memory.insert(0, "q", "a");
        String before = agent.threadId();
        assertEquals(before, agent.threadId());
        assertEquals(before, UUID.fromString(before).toString());
        Receipt receipt = agent.resetMemory();
        assertEquals(2, receipt.recordsRemoved());
        assertEquals(1, receipt.generation());
        assertEquals(List.of(), memory.latest(20));
        assertNotEquals(before, agent.threadId());
    }

    @Test
    void aResetThatFailsLeavesTheThreadAsItWas() throws IOException {
        BaseAgent agent = new Parrot(List.of(), Set.of());
        String before = agent.threadId();
        memory.close();
        assertThrows(IOException.class, agent::resetMemory);
        assertEquals(before, agent.threadId());
    }

    @Test
    void twoAgentsHaveThreadsOfTheirOwn() {
        assertNotEquals(new Parrot(List.of(), Set.of()).threadId(),
                new Parrot(List.of(), Set.of()).threadId());
    }

    private static List<Tool> tools(String... names) {
        return List.of(names).stream().map(name -> new Tool(name, "", Map.of(),
                call -> Tool.Result.of(""))).toList();
    }

    private static List<String> names(List<Tool> tools) {
        return tools.stream().map(Tool::name).toList();
    }
}
