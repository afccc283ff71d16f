package vaas.agent.mcp;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import vaas.agent.Tool;
import vaas.json.Fields;
import vaas.json.Json;
import vaas.json.JsonException;
import vaas.testing.LogLines;

/** What becomes of the tools that a server lists. */
class ToolMappingTest {
    private static final Tool OWN =
            new Tool("search_memory", "", Map.of(), call -> Tool.Result.of(""));

    private final LogLines log = LogLines.listen();

    @AfterEach
    void stopListening() {
        log.close();
    }

    private static List<ServerTool> map(ToolMapping mapping, String listed) {
        try {
            return mapping.of(Fields.items(
                    Json.read("{\"l\":[" + listed.replace('\'', '"') + "]}", 500_000).get("l")));
        } catch (JsonException e) {
            throw new AssertionError(e);
        }
    }

    private static ToolMapping mapping(Set<String> only, Set<String> disabled) {
        return new ToolMapping(List.of(OWN), only, disabled, (tool, call) -> null);
    }

    private static List<String> names(List<ServerTool> tools) {
        return tools.stream().map(tool -> tool.tool().name()).toList();
    }

    private static String tool(String name, String schema) {
        return "{'name':" + name + ",'inputSchema':" + schema + "}";
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', value = {
        "''|{'type':'object'}|its name has not 1 to 64 characters",
        "7|{'type':'object'}|its name has not 1 to 64 characters",
        "'LONG'|{'type':'object'}|its name has not 1 to 64 characters",
        "'search_memory'|{'type':'object'}|its name is taken",
        "'search.memory'|{'type':'object'}|its name is taken",
        "'fine'|{'type':'object'}|its name is taken",
        "'t'|true|its schema is no plain object", "'t'|null|its schema is no plain object",
        "'t'|{}|its schema is no plain object",
        "'t'|{'type':['object']}|its schema is no plain object",
        "'t'|{'type':'object','anyOf':[]}|its schema is no plain object",
        "'t'|{'type':'object','properties':7}|its schema is no plain object",
        "'t'|{'type':'object','description':'HUGE'}|its schema is over 32 KiB",
        "'t'|{'type':'object','properties':{'a':{'$ref':'https://example.org/s'}}}"
                + "|its schema refers to another one",
        "'t'|{'type':'object','$defs':[{'x':{'$ref':'file.json#/a'}}]}"
                + "|its schema refers to another one",
        "'t'|{'type':'object','properties':{'a':{'x-mcp-header':'A'}}}"
                + "|it wants headers of its own"})
    void whatDoesNotFitIsLeftOutAndNamedOnce(String name, String schema, String reason) {
        String bad = tool(name.replace("LONG", "x".repeat(65)),
                schema.replace("HUGE", "x".repeat(33_000)));
        ToolMapping mapping = mapping(Set.of(), Set.of());
        for (int reading = 0; reading < 2; reading++) {
            assertEquals(List.of("fine", "next"), names(map(mapping,
                    tool("'fine'", "{'type':'object'}") + "," + bad + ","
                            + tool("'next'", "{'type':'object'}"))));
        }
        List<String> lines = log.with("left out");
        assertEquals(1, lines.size(), lines.toString());
        String shown = name.replace("LONG", "x".repeat(65)).replaceAll("'|^7$", "");
        assertEquals("WARNING left out of the tools of the MCP server: " + shown + ": " + reason,
                lines.get(0));
    }

    @Test
    void aToolThatRunsAsATaskOnlyIsLeftOut() {
        String task = "{'name':'t','inputSchema':{'type':'object'},'execution':{'taskSupport':";
        ToolMapping mapping = mapping(Set.of(), Set.of());
        assertEquals(List.of(), map(mapping, task + "'required'}}"));
        assertEquals(List.of("t"), names(map(mapping, task + "'optional'}}")));
    }

    @Test
    void whatIsNoToolIsLeftOutToo() {
        assertEquals(List.of("t"), names(map(mapping(Set.of(), Set.of()),
                "null,7,'x',[],{}," + tool("'t'", "{'type':'object'}"))));
    }

    @Test
    void aSchemaStaysWordForWordButForWhatModelsDoNotTake() {
        String defs = "'$defs':{'d':{'anyOf':[{'$ref':'#/$defs/d'}]}}";
        ServerTool tool = map(mapping(Set.of(), Set.of()), tool("'a.b c'",
                "{'$schema':'x','type':'object'," + defs + ",'x':null}")).get(0);
        assertEquals("a_b_c", tool.tool().name());
        assertEquals("a.b c", tool.name());
        assertEquals(("{'type':'object'," + defs + ",'x':null,'properties':{}}")
                .replace('\'', '"'), Json.text(tool.tool().parameters()));
    }

    @Test
    void aDescriptionIsCutBetweenCharacters() {
        String text = "\u00e9".repeat(2047) + "x\ud83d\ude00 more";
        ServerTool tool = map(mapping(Set.of(), Set.of()), "{'name':'t','description':'" + text
                + "','inputSchema':{'type':'object'}}").get(0);
        assertEquals("\u00e9".repeat(2047) + "x", tool.tool().description());
    }

    @ParameterizedTest
    @CsvSource({"'','',a_x b c", "'a.x c none','',a_x c", "'','b',a_x c", "'','a.x b',c",
        "'','a_x',b c", "'b c','c',b", "'a_x','',''"})
    void theSettingsChooseByName(String only, String disabled, String offered) {
        String listed = tool("'a.x'", "{'type':'object'}") + "," + tool("'b'", "{'type':'object'}")
                + "," + tool("'c'", "{'type':'object'}");
        assertEquals(offered, String.join(" ",
                names(map(mapping(set(only), set(disabled)), listed))));
        assertEquals(List.of(), log.with("WARNING"));
    }

    private static Set<String> set(String words) {
        return words.isEmpty() ? Set.of() : Set.of(words.split(" "));
    }

    @Test
    void thereAreNoMoreThan128InAll() {
        String listed = String.join(",", IntStream.range(0, 1000)
                .mapToObj(i -> tool("'t" + i + "'", "{'type':'object'}")).toList());
        List<ServerTool> tools = map(mapping(Set.of(), Set.of()), listed);
        assertEquals(127, tools.size());
        assertEquals("t126", tools.get(126).tool().name());
    }

    @Test
    void thereAreNoMoreThan256KiBInAll() {
        String large = "{'type':'object','title':'" + "x".repeat(30_000) + "'}";
        List<String> names = names(map(mapping(Set.of(), Set.of()), String.join(",",
                IntStream.range(0, 10).mapToObj(i -> tool("'t" + i + "'", large)).toList())
                + "," + tool("'small'", "{'type':'object'}")));
        assertEquals(List.of("t0", "t1", "t2", "t3", "t4", "t5", "t6", "t7", "small"), names);
    }
}
