package vaas.agent.groq;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import vaas.json.Json;

/** Every cause in every shape that servers give an error, under each status that they use. */
class ErrorShapesTest {
    /** With %s for the message, as part of a JSON string. */
    private static final List<String> SHAPES = List.of(
            "{'error':{'message':'%s','type':'invalid_request_error','code':null}}",
            "{'error':{'code':400,'message':'%s','type':'some_error'}}",
            "{'error':{'code':'400','message':'%s'}}",
            "{'error':{'message':'%s'}}",
            "{'error':'%s'}",
            "{'error':['%s']}",
            "{'error':[{'message':'%s'}]}",
            "{'errors':[{'code':7000,'message':'%s'}],'success':false}",
            "[{'error':{'code':400,'message':'%s','status':'INVALID_ARGUMENT'}}]",
            "{'object':'error','message':'%s','type':'BadRequestError','param':null,'code':400}",
            "{'type':'error','error':{'type':'invalid_request_error','message':'%s'}}",
            "{'detail':'%s'}",
            "{'detail':[{'type':'value_error','loc':['body','messages'],'msg':'%s'}]}",
            "{'message':'%s'}",
            "{'error':{'message':'Provider returned error','code':400,'metadata':"
                    + "{'raw':'{\\'error\\':{\\'message\\':\\'%s\\'}}','provider_name':'P'}}}",
            "{'choices':[{'error':{'code':400,'message':'%s'},'finish_reason':'error'}]}");

    private static final Map<Reason, List<String>> WORDINGS = Map.of(
            Reason.TOO_LONG, List.of(
                    "request (4267 tokens) exceeds the available context size (4096 tokens)",
                    "This model's maximum context length is 4096 tokens. However, you requested 5",
                    "prompt is too long: 208310 tokens > 200000 maximum",
                    "The input token count (1200000) exceeds the maximum number of tokens allowed",
                    "Prompt contains 4 tokens and 0 draft tokens, too large for model with 2",
                    "The decoder prompt (length 9) is longer than the maximum model length of 8",
                    "This model's maximum prompt length is 8 but the request contains 9 tokens",
                    "Input validation error: `inputs` tokens + `max_new_tokens` must be <= 8."
                            + " Given: 9 `inputs` tokens: inputs exceed the maximum of 8 tokens",
                    "Input is too long for requested model.",
                    "Your input exceeds the context window of this model.",
                    "Please reduce the length of the messages or completion.",
                    "max_tokens must be at least 1, got -186.",
                    "Cannot truncate prompt with n_keep (15028) >= n_ctx (7424)",
                    "`inputs` tokens + `max_new_tokens` must be <= 8. Given: 9 `inputs` tokens",
                    "`inputs` must have less than 4095 tokens. Given: 5000",
                    "Range of input length should be [1, 30720]", "Prompt exceeds max length",
                    "Input length 5000 exceeds the maximum length 4096",
                    "Sequence length 9 is longer than the maximum supported 8",
                    "your prompt's length is too long", "Prompt \u8d85\u957f",
                    "Input Tokens Exceeded: Number of input tokens exceeds maximum length."),
            Reason.TOOLS, List.of(
                    "registry.ollama.ai/library/gemma:2b does not support tools",
                    "auto tool choice requires --enable-auto-tool-choice and --tool-call-parser",
                    "tools param requires --jinja flag",
                    "No endpoints found that support tool use. Try disabling search_memory",
                    "deepseek-reasoner does not support Function Calling",
                    "This model doesn't support tool use.",
                    "Function calling is not enabled for this model",
                    "tools is not supported in this model",
                    "Unrecognized request argument supplied: tools",
                    "property tools is unsupported",
                    "m does not support parameters: [tools], for model=m",
                    "Hermes has no tool calling capability", "tools: Field not permitted",
                    "This model only supports single tool-calls at once!",
                    "JSON schema conversion failed: Unable to recognize schema: {} in x"),
            Reason.MODEL, List.of(
                    "foo/bar is not a valid model ID",
                    "The model `x` does not exist or you do not have access to it.",
                    "model 'x' not found, try pulling it first",
                    "Model Not Exist", "Invalid model: x", "Unknown model x",
                    "models/x is not found for API version v1beta, or is not supported",
                    "No models loaded. Please load a model in the developer page.",
                    "The model `x` has been decommissioned and is no longer supported.",
                    "Not supported model x", "The model x has been retired",
                    "LLM Provider NOT provided. You passed model=x",
                    "You are not allowed to sample from this model"),
            Reason.KEY, List.of(
                    "API key not valid. Please pass a valid API key.",
                    "Incorrect API key provided", "Invalid API key", "No auth credentials found"),
            Reason.ADDRESS, List.of(
                    "Unexpected endpoint or method. (POST /openai/v1/chat/completions)",
                    "Unknown request URL: POST /chat. Please check the URL for typos",
                    "Invalid URL (POST /chat/completions)", "Cannot POST /chat/completions",
                    "The plain HTTP request was sent to HTTPS port", "405 Not Allowed"),
            Reason.OTHER, List.of("Something is wrong.",
                    "'messages.0.content' must be a string", "the image is too large",
                    "Expected last role User or Tool for serving but got assistant",
                    "This request requires more credits, or fewer max_tokens. You requested up to"
                            + " 65536 tokens, but can only afford 1000."));

    static Stream<Arguments> causesInShapes() {
        List<Arguments> all = new ArrayList<>();
        WORDINGS.forEach((reason, wordings) -> SHAPES.forEach(
                shape -> all.add(Arguments.of(reason, shape))));
        return all.stream();
    }

    @ParameterizedTest
    @MethodSource("causesInShapes")
    void aCauseIsKnownInAnyShapeAndUnderAnyStatus(Reason reason, String shape) {
        for (String wording : WORDINGS.get(reason)) {
            String body = shape.replace("%s", wording.replace("'", "`"));
            for (int status : List.of(200, 400, 422, 500)) {
                assertEquals(reason, reason(status, body), status + " " + body);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "{'error':{'code':429,'message':'Rate limit exceeded'}}",
        "{'error':{'code':'429','message':'slow down'}}",
        "{'error':{'message':'slow down','type':'rate_limit_error'}}",
        "{'error':{'code':'rate_limit_exceeded','message':'slow down'}}",
        "[{'error':{'code':429,'message':'slow down','status':'RESOURCE_EXHAUSTED'}}]",
        "{'error':{'status':'RESOURCE_EXHAUSTED','message':'slow down'}}",
        "{'error':'Rate limit exceeded'}", "{'error':'Too many requests'}",
        "{'object':'error','message':'Rate limit exceeded','code':429}",
        "{'message':'Too Many Requests','status':429}",
        "{'choices':[{'error':{'code':429,'message':'slow down'}}]}"
    })
    void aRateLimitIsOneWhateverTheStatusItComesUnder(String body) {
        for (int status : List.of(200, 400, 429, 500, 503)) {
            assertEquals(429, status(status, body), status + " " + body);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "'{''error'':{''code'':502,''message'':''gone''}}', 502",
        "'{''error'':{''status'':''UNAVAILABLE'',''message'':''gone''}}', 503",
        "'{''error'':{''type'':''overloaded_error'',''message'':''gone''}}', 503",
        "'{''error'':{''type'':''authentication_error'',''message'':''no''}}', 401",
        "'{''error'':{''code'':403,''message'':''no''}}', 403",
        "'{''detail'':''no'',''status_code'':404}', 404",
        "'{''error'':{''message'':''no''}}', 200",
        "'{''error'':null,''choices'':[]}', 200",
        "'{''choices'':[{''message'':{''content'':''hello''}}],''error'':{}}', 200",
        "'{''choices'':[{''message'':{}}],''error'':{''code'':0,''x'':[]}}', 200",
        "'{''choices'':[{''message'':{}}],''object'':''error'',''code'':500}', 500"
    })
    void anErrorInA200MeansTheStatusThatItNames(String body, int status) {
        assertEquals(status, status(200, body.replace("''", "'")));
    }

    @Test
    void aCodeIsBelievedBeforeWords() {
        assertEquals(Reason.KEY, reason(400, "{'error':{'message':'No connected db.',"
                + "'type':'no_db_connection','param':null,'code':'400'}}"), "as LiteLLM says it");
        assertEquals(Reason.TOO_LONG, reason(400, "{'error':{'message':'x','code':400,"
                + "'metadata':{'raw':'{\\'code\\':\\'context_length_exceeded\\'}'}}}"), "quoted");
        assertEquals(Reason.TOO_LONG, reason(400, "{'error':{'message':'too much of it','code':"
                + "'model_max_prompt_tokens_exceeded'}}"));
        assertEquals(Reason.MODEL, reason(403, "{'error':{'code':'model_not_found',"
                + "'message':'no access to the model'}}"));
        assertEquals(Reason.TOO_LONG, reason(400, "{'error':{'code':'context_length_exceeded',"
                + "'message':'the model does not support tools'}}"));
    }

    @Test
    void aParameterThatIsNamedIsEnoughForTools() {
        assertEquals(Reason.TOOLS, reason(422, "{'detail':[{'type':'extra_forbidden',"
                + "'loc':['body','tools'],'msg':'Extra inputs are not permitted'}]}"));
        assertEquals(Reason.TOOLS, reason(400, "{'error':{'message':'bad','param':'tools'}}"));
    }

    @Test
    void whatAnErrorQuotesOfTheRequestIsNoWordOfTheServer() {
        assertEquals(Reason.OTHER, reason(422, "{'detail':[{'msg':'Field required','input':"
                + "{'messages':[{'content':'why is the context length exceeded?'}]}}]}"));
    }

    @Test
    void codeAndTypeAreFoundAsTheyCame() {
        ModelError error = response("{'error':{'code':429,'type':'Rate_Limit','message':'x'}}")
                .error(429);
        assertEquals("429 Rate_Limit", error.code() + " " + error.type());
    }

    private static Reason reason(int status, String body) {
        ModelError error = response(body).error(status);
        return error.reason(error.status(status));
    }

    private static int status(int sent, String body) {
        return response(body).error(sent).status(sent);
    }

    private static ChatResponse response(String body) {
        String json = body.replace("\\'", "\u0001").replace('\'', '"').replace("\u0001", "\\\"");
        try {
            Json.read("{\"a\":" + json + "}");
        } catch (vaas.json.JsonException e) {
            throw new AssertionError(json, e);
        }
        return ChatResponse.of(json.getBytes(StandardCharsets.UTF_8));
    }
}
