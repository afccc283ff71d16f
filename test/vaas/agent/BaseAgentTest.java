package vaas.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import vaas.agent.groq.GroqAgent;
import vaas.config.Config;
import vaas.config.ConfigException;
import vaas.memory.Conversations;
import vaas.testing.Talk;
import vaas.memory.Receipt;

/** What every agent has, whatever its model. */
@Timeout(60)
class BaseAgentTest {
    @TempDir
    Path folder;

    private Talk memory;

    @BeforeEach
    void openMemory() throws IOException {
        memory = Talk.open(folder);
    }

    @AfterEach
    void closeMemory() throws IOException {
        memory.close();
    }

    /** Says what it is told. */
    private final class Parrot extends BaseAgent {
        Parrot(List<Tool> tools, Set<String> disabledTools) {
            super("parrot", memory.folder, tools, ToolSource.NONE, disabledTools,
                    Duration.ofSeconds(60));
        }

        @Override
        protected Reply chat(Conversations.Lease in, Question question, Deadline deadline,
                AnswerReader reader) {
            return new Reply.Answered(question.message(), Optional.empty(), Optional.empty());
        }
    }

    @Test
    void hasANameAMemoryAndToolsInTheOrderGiven() {
        List<Tool> tools = tools("b", "a", "c");
        BaseAgent agent = new Parrot(tools, Set.of());
        assertEquals("parrot", agent.name());
        assertSame(memory.folder, agent.conversations());
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
        Config config =
                Config.parse(Map.of("DISABLE_TOOLS", " search_memory ,, clip,"), true);
        Tool[] tools =
                tools("search_memory", "clip", "Clip", "clipper").toArray(Tool[]::new);
        try (GroqAgent agent = GroqAgent.open(
                config.client(), memory.folder, config.agent().tools(tools))) {
            assertEquals(List.of("Clip", "clipper"), names(agent.tools()));
        }
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
    void answersInTheConversationThatIsNamedByDefaultInTheShared() {
        BaseAgent agent = new Parrot(List.of(), Set.of());
        assertEquals(agent.chat(Question.of("hello")),
                agent.chat(Conversations.SHARED, Question.of("hello")));
        assertThrows(IllegalArgumentException.class,
                () -> agent.chat("no name", Question.of("hello")));
    }

    @Test
    void aResetEmptiesTheMemoryAndBeginsANewThread() throws IOException {
        BaseAgent agent = new Parrot(List.of(), Set.of());
        memory.store("q", "a");
        Receipt receipt = agent.resetMemory();
        assertEquals(OptionalLong.of(2), receipt.recordsRemoved());
        assertEquals(List.of(), memory.records(20));
        assertEquals("shared/1",
                BaseAgent.threadId(Conversations.SHARED, receipt.generation()));
    }

    @Test
    void aResetThatFailsIsTold() throws IOException {
        BaseAgent agent = new Parrot(List.of(), Set.of());
        memory.close();
        assertThrows(IOException.class, agent::resetMemory);
    }

    private static List<Tool> tools(String... names) {
        return List.of(names).stream().map(name -> new Tool(name, "", Map.of(),
                call -> Tool.Result.of(""))).toList();
    }

    private static List<String> names(List<Tool> tools) {
        return tools.stream().map(Tool::name).toList();
    }
}
