package vaas.agent.groq;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import vaas.agent.groq.Completion.Answer;
import vaas.agent.groq.Completion.ToolCall;
import vaas.agent.groq.Completion.ToolCalls;

/** Answers of Groq and of the many servers that resemble it; quotes are written as '. */
class ChatResponseTest {
    @Test
    void theTextIsTheFirstChoicesContent() {
        assertAnswer("hello", "{'id':'x','object':'chat.completion','created':1,'model':'m',"
                + "'choices':[{'index':0,'message':{'role':'assistant','content':'hello'},"
                + "'logprobs':null,'finish_reason':'stop'},{'message':{'content':'second'}}],"
                + "'usage':{'total_tokens':2},'x_groq':{'id':'req_1'}}");
    }

    @Test
    void nothingElseHasToBeThere() {
        assertAnswer("hello", "{'choices':[{'message':{'content':'hello'}}]}");
    }

    @Test
    void unknownFieldsAreIgnored() {
        assertAnswer("hello", "{'choices':[{'message':{'content':'hello','reasoning':'hm',"
                + "'annotations':[1]},'extra':{}}],'mcp_list_tools':[],'error':null}");
    }

    @Test
    void anAnswerThatWasCutOffAtTheTokenLimitIsAnAnswer() {
        assertAnswer("hel", "{'choices':[{'message':{'content':'hel'},"
                + "'finish_reason':'length'}]}");
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "{'choices':[{'message':{'content':''}}]}",
        "{'choices':[{'message':{'content':' \\n'}}]}",
        "{'choices':[{'message':{'content':null},'finish_reason':'length'}]}",
        "{'choices':[{'message':{'content':null,'reasoning':'hm, so','tool_calls':[]}}]}",
        "{'choices':[{'message':{'content':null,'tool_calls':null}}]}",
        "{'choices':[{'message':{'role':'assistant'}}]}",
        "{'choices':[{'message':{'content':7}}]}",
        "{'choices':[{'message':'hello'}]}",
        "{'choices':[{'message':null}]}",
        "{'choices':[{'delta':{'content':'hello'}}]}",
        "{'choices':['hello']}",
        "{'choices':[]}",
        "{'choices':{}}",
        "{'choices':null}",
        "{'error':{'message':'late'}}",
        "{}",
        "[]",
        "'hello'",
        "null",
        "",
        "{'choices':[{'message':{'content':'hello'}}]",
        "{'choices':[{'message':{'content':'hello'}}]}}",
        "<html>hello</html>",
        "data: {'choices':[{'delta':{'content':'hello'}}]}"
    })
    void withoutTextThereIsNoAnswer(String body) {
        assertEquals(Optional.empty(), completion(body));
    }

    @Test
    void contentMayComeAsAListOfPartsOfWhichThoseOfTextCount() {
        assertAnswer("hello, you", "{'choices':[{'message':{'content':["
                + "{'type':'thinking','thinking':[{'type':'text','text':'hm'}]},"
                + "{'type':'text','text':'hello, '},{'type':'text','text':'you'},"
                + "{'type':'text'},{'type':'other','text':'no'},7,null]}}]}");
        assertAnswer("hello", "{'choices':[{'message':{'content':["
                + "{'type':'text','text':'<think>hm</think>hello'}]}}]}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"[]", "[{'type':'image_url'}]", "[{'type':'text','text':''}]",
        "['no']"})
    void aListWithoutTextIsNoAnswer(String content) {
        assertEquals(Optional.empty(),
                completion("{'choices':[{'message':{'content':" + content + "}}]}"));
    }

    @Test
    void aByteOrderMarkIsSkipped() {
        assertAnswer("hello", "\ufeff{'choices':[{'message':{'content':'hello'}}]}");
    }

    @Test
    void aBodyThatIsNotUtf8IsBroken() {
        byte[] latin = "{\"choices\":[{\"message\":{\"content\":\"caf\u00e9\"}}]}"
                .getBytes(StandardCharsets.ISO_8859_1);
        assertEquals(Optional.empty(), ChatResponse.of(latin).completion());
    }

    @ParameterizedTest
    @CsvSource({
        "<think>well</think>hello, hello",
        "'<think>a\\nb</think>\\n\\nhello', hello",
        "' \\n<think></think> hello', hello",
        "'hello <think>no</think>', 'hello <think>no</think>'",
        "' hello ', ' hello '",
        "'well, well</think>hello', hello",
        "'\\nwell\\n</think>\\n\\n hello </think>', 'hello </think>'",
        "'hello <think> </think>', 'hello <think> </think>'"
    })
    void thinkingBeforeTheAnswerIsLeftOut(String content, String answer) {
        assertAnswer(answer, "{'choices':[{'message':{'content':'" + content + "'}}]}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"<think>and on and on", "<think>so</think>", "<think>so</think>\\n ",
        "so</think>", "so</think> \\n"})
    void thinkingAloneIsNoAnswer(String content) {
        assertEquals(Optional.empty(),
                completion("{'choices':[{'message':{'content':'" + content + "'}}]}"));
    }

    @Test
    void toolCallsComeInTheirOrder() {
        assertEquals(calls("", new ToolCall("a", "clip", "{\"from\":1}"),
                        new ToolCall("b", "find", "{}")),
                completion("{'choices':[{'message':{'content':null,"
                        + "'tool_calls':["
                        + "{'id':'a','type':'function','function':"
                        + "{'name':'clip','arguments':'{\\'from\\':1}'}},"
                        + "{'id':'b','type':'function','function':"
                        + "{'name':'find','arguments':'{}'}}]},"
                        + "'finish_reason':'tool_calls'}]}"));
    }

    @Test
    void toolCallsAreTakenWithMissingIdsAndArguments() {
        assertEquals(calls("", new ToolCall("", "clip", "{}"),
                        new ToolCall("", "find", "{}")),
                completion("{'choices':[{'message':{'tool_calls':["
                        + "{'function':{'name':'clip'}},"
                        + "{'id':null,'function':{'name':'find','arguments':null}}]}}]}"));
    }

    @Test
    void argumentsThatAreAnObjectAreTakenAsItsText() {
        assertEquals(calls("", new ToolCall("a", "clip", "{\"to\":null,\"at\":[1,{\"x\":\"y\"}]}")),
                completion("{'choices':[{'message':{'tool_calls':["
                        + "{'id':'a','function':{'name':'clip',"
                        + "'arguments':{'to':null,'at':[1,{'x':'y'}]}}}]}}]}"));
    }

    @Test
    void argumentsThatAreNoJsonAreKeptForTheModelToSee() {
        assertEquals(calls("", new ToolCall("a", "clip", "from=1")),
                completion("{'choices':[{'message':{'tool_calls':["
                        + "{'id':'a','function':{'name':'clip','arguments':'from=1'}}]}}]}"));
    }

    @Test
    void textBesideToolCallsIsKeptWithoutItsThinking() {
        assertEquals(calls("let me see", new ToolCall("a", "clip", "{}")),
                completion("{'choices':[{'message':{"
                        + "'content':'<think>hm</think>let me see','tool_calls':["
                        + "{'id':'a','function':{'name':'clip','arguments':'{}'}}]}}]}"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"'clip'", "null", "{}", "{'function':null}", "{'function':{}}",
        "{'id':'a','function':{'name':7,'arguments':'{}'}}"})
    void aCallWithoutANameIsNone(String call) {
        String message = "{'choices':[{'message':{'content':'%s','tool_calls':[" + call + "]}}]}";
        assertAnswer("hello", message.replace("%s", "hello"));
        assertEquals(Optional.empty(),
                completion(message.replace("%s", "")));
    }

    @ParameterizedTest
    @CsvSource({
        "400, invalid_request_error, OTHER",
        "400, context_length_exceeded, TOO_LONG",
        "400, model_decommissioned, MODEL",
        "400, model_not_found, MODEL",
        "400, tool_use_failed, TOOL_USE",
        "400, json_validate_failed, OTHER",
        "401, invalid_api_key, KEY",
        "403, permission_denied, KEY",
        "404, model_not_found, MODEL",
        "404, unknown_url, ADDRESS",
        "413, rate_limit_exceeded, TOO_LONG",
        "422, '', OTHER",
        "424, '', OTHER",
        "429, rate_limit_exceeded, OTHER",
        "498, capacity_exceeded, OTHER",
        "307, '', ADDRESS"
    })
    void statusAndCodeTellTheReason(int status, String code, Reason reason) {
        assertEquals(reason, reason(status, Scripted.error(code, "words")));
    }

    @ParameterizedTest
    @CsvSource({"400, OTHER", "401, KEY", "403, KEY", "404, ADDRESS", "413, TOO_LONG",
        "422, OTHER"})
    void theStatusIsEnoughWhenTheBodyIsNoJson(int status, Reason reason) {
        for (String body : List.of("", "<html>Access denied</html>", "[]", "{'error':'text'}",
                "{'error':{'code':7}}", "{'error':null}")) {
            assertEquals(reason, reason(status, body), body);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "Please reduce the length of the messages or completion.",
        "The maximum context length is 8192 tokens. However, you requested 9000.",
        "request (4267 tokens) exceeds the available context size (4096 tokens)",
        "prompt is too long: 208310 tokens > 200000 maximum",
        "The input token count (1200000) exceeds the maximum number of tokens allowed",
        "Prompt contains 40000 tokens, too large for model with 32768 maximum context length"
    })
    void otherServersSayInWordsThatAPromptIsTooLong(String message) {
        for (String shape : List.of("{'error':'%s'}", "{'object':'error','message':'%s'}",
                "[{'error':{'code':400,'message':'%s'}}]", "{'detail':[{'msg':'%s'}]}", "%s")) {
            for (int status : List.of(400, 413, 422)) {
                assertEquals(Reason.TOO_LONG, reason(status, shape.replace("%s", message)), shape);
            }
        }
        assertEquals(Reason.TOO_LONG,
                reason(400, Scripted.error("x", message)));
        assertEquals(Reason.TOO_LONG,
                reason(400, "{'error':{'code':null,'message':'" + message + "'}}"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "two words", "line\\nbreak", "caf\u00e9"})
    void aCodeThatIsNotFitForALogLineIsNone(String code) {
        assertEquals("", errorCode("{'error':{'code':'" + code + "'}}"));
        assertEquals("", errorCode("{'error':{'code':'" + "x".repeat(65) + "'}}"));
    }

    @Test
    void anErrorsCodeIsFound() {
        assertEquals("model_not_found",
                errorCode("{'error':{'code':'model_not_found'}}"));
    }

    private static void assertAnswer(String text, String body) {
        assertEquals(Optional.of(new Answer(text)), completion(body));
    }

    private static Optional<Completion> calls(String text, ToolCall... calls) {
        return Optional.of(new ToolCalls(text, List.of(calls), Map.of()));
    }

    private static Optional<Completion> completion(String json) {
        return ChatResponse.of(bytes(json)).completion();
    }

    private static Reason reason(int status, String json) {
        ModelError error = ChatResponse.of(bytes(json)).error(status);
        return error.reason(error.status(status));
    }

    private static String errorCode(String json) {
        return ChatResponse.of(bytes(json)).error(400).code();
    }

    private static byte[] bytes(String json) {
        return json.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
    }
}
