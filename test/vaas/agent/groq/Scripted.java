package vaas.agent.groq;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.net.ServerSocketFactory;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.QueueDispatcher;
import mockwebserver3.RecordedRequest;
import mockwebserver3.SocketEffect;
import vaas.agent.Tool;
import vaas.agent.groq.Completion.ToolCall;
import vaas.config.Config;
import vaas.config.ConfigException;
import vaas.json.Json;
import vaas.json.JsonException;
import vaas.memory.Conversations;

/** The vocabulary of the tests with a scripted Groq: what it answers, and what it was asked. */
final class Scripted {
    static final String KEY = "gsk_KeyOfTheTests";
    static final SocketEffect CUT = new SocketEffect.CloseSocket();

    private Scripted() {}

    /** What a client and an agent are set up with. */
    record Groq(GroqClient.Options client, GroqAgent.Options agent, Duration timeout) {}

    /** Settings that lead to a scripted server, with names and values of further ones. */
    static Groq config(MockWebServer groq, String... more) {
        Map<String, String> environment = new HashMap<>(Map.of("GROQ_API_KEY", KEY,
                "GROQ_BASE_URL", groq.url("/openai/v1").toString(),
                "GROQ_GENERAL_MODEL", "text-model", "GROQ_IMAGE_MODEL", "image-model",
                "SYSTEM_PROMPT", "Be brief."));
        for (int i = 0; i < more.length; i += 2) {
            environment.put(more[i], more[i + 1]);
        }
        try {
            Config config = Config.parse(environment, false);
            return new Groq(config.client(), config.agent(), Duration.ofSeconds(60));
        } catch (ConfigException e) {
            throw new IllegalArgumentException(e);
        }
    }

    /** The same with a timeout that is shorter than a setting can say. */
    static Groq within(Duration timeout, Groq config) {
        return new Groq(config.client, config.agent.timeout(timeout), timeout);
    }

    /** An answer with a body; a retry after it need not wait. */
    static MockResponse.Builder status(int status, String body) {
        return new MockResponse.Builder().code(status).body(body)
                .setHeader("Content-Type", "application/json").setHeader("retry-after-ms", "1");
    }

    static MockResponse.Builder status(int status) {
        return status(status, error("some_code", "Something is wrong."));
    }

    /** An error as Groq words it. */
    static MockResponse refuses(int status, String code) {
        return status(status, error(code, "The words of the provider.")).build();
    }

    static String error(String code, String message) {
        return Json.text(Map.of("error", Map.of(
                "message", message, "type", "invalid_request_error", "code", code)));
    }

    /** An answer of text, as Groq sends it. */
    static MockResponse says(String text) {
        return status(200, completion(Map.of("role", "assistant", "content", text), "stop"))
                .build();
    }

    /** An answer that wants one tool called. */
    static MockResponse calls(String tool, String arguments) {
        return calls(new ToolCall("call_0", tool, arguments));
    }

    /** An answer that wants tools called. */
    static MockResponse calls(ToolCall... calls) {
        Map<String, Object> message = new LinkedHashMap<>();
        message.put("role", "assistant");
        message.put("content", null);
        message.put("tool_calls", Arrays.stream(calls).map(Scripted::asWritten).toList());
        return status(200, completion(message, "tool_calls")).build();
    }

    private static Map<String, Object> asWritten(ToolCall call) {
        Map<String, Object> written = new LinkedHashMap<>(call.beside());
        written.put("id", call.id());
        written.put("type", "function");
        written.put("function", Map.of("name", call.name(), "arguments", call.arguments()));
        return written;
    }

    private static String completion(Map<String, Object> message, String finishReason) {
        return Json.text(Map.of("id", "chatcmpl-1", "object", "chat.completion",
                "created", 1795000000, "model", "text-model",
                "choices", List.of(Map.of("index", 0, "message", message,
                        "finish_reason", finishReason)),
                "usage", Map.of("prompt_tokens", 1, "completion_tokens", 1, "total_tokens", 2),
                "x_groq", Map.of("id", "req_1")));
    }

    /** The next request that the server got; fails if there is none. */
    static RecordedRequest taken(MockWebServer groq) {
        try {
            RecordedRequest request = groq.takeRequest(20, TimeUnit.SECONDS);
            if (request == null) {
                throw new AssertionError("there was no further request");
            }
            return request;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The body of the next request that the server got. */
    static Map<String, Object> asked(MockWebServer groq) {
        return body(taken(groq));
    }

    static Map<String, Object> body(RecordedRequest request) {
        try {
            return Json.read(request.getBody().utf8());
        } catch (JsonException e) {
            throw new AssertionError(e);
        }
    }

    /** The messages of a body. */
    static List<Map<?, ?>> messages(Map<String, Object> body) {
        List<Map<?, ?>> messages = new ArrayList<>();
        for (Object message : (List<?>) body.get("messages")) {
            messages.add((Map<?, ?>) message);
        }
        return messages;
    }

    /** The messages of a body as "role: content". */
    static List<String> talk(Map<String, Object> body) {
        return messages(body).stream()
                .map(message -> message.get("role") + ": " + message.get("content")).toList();
    }

    /**
     * A server that listens. It does not hold back small packets as TCP would by itself, and
     * refuses requests beyond its script, rather than let them wait.
     */
    static MockWebServer start() throws IOException {
        MockWebServer groq = new MockWebServer();
        QueueDispatcher script = new QueueDispatcher();
        script.setFailFast(true);
        groq.setDispatcher(script);
        groq.setServerSocketFactory(new PromptSockets());
        groq.start();
        return groq;
    }

    private static final class PromptSockets extends ServerSocketFactory {
        @Override
        public ServerSocket createServerSocket() throws IOException {
            return new ServerSocket() {
                @Override
                public Socket accept() throws IOException {
                    Socket socket = super.accept();
                    socket.setTcpNoDelay(true);
                    return socket;
                }
            };
        }

        @Override
        public ServerSocket createServerSocket(int port) {
            throw new UnsupportedOperationException();
        }

        @Override
        public ServerSocket createServerSocket(int port, int backlog) {
            throw new UnsupportedOperationException();
        }

        @Override
        public ServerSocket createServerSocket(int port, int backlog, InetAddress address) {
            throw new UnsupportedOperationException();
        }
    }

    /** Tools of the agent's own. */
    static Offer offer(Tool... tools) {
        return new Offer(List.of(tools), tools.length, new Offer.Declarations());
    }

    /** An agent with a client of its own. */
    static GroqAgent agent(Groq config, Conversations memory, Tool... tools) {
        return GroqAgent.open(config.client(), memory, config.agent().tools(tools));
    }
}
