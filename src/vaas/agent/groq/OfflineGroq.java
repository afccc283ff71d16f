package vaas.agent.groq;

import com.sun.net.httpserver.HttpExchange;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import vaas.http.JdkServer;
import vaas.json.Json;

/**
 * The stand-in for the model API behind {@code --offline}: a server on loopback that answers in
 * Groq's shape. Only the text is canned: it tells how many remembered messages it was sent, so that
 * one can see the memory grow and a reset empty it. It serves whoever has its key, and keeps
 * nothing of a request.
 */
public final class OfflineGroq implements AutoCloseable {
    private static final int SECRET_BYTES = 24;

    private final String secret;
    private final JdkServer server;

    private OfflineGroq() throws IOException {
        byte[] random = new byte[SECRET_BYTES];
        new SecureRandom().nextBytes(random);
        this.secret = Base64.getUrlEncoder().encodeToString(random);
        this.server = JdkServer.start(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                "vaas-offline", this::handle);
    }

    /** Starts it on a free port of the loopback address, if there is one. */
    public static OfflineGroq start() throws IOException {
        return new OfflineGroq();
    }

    /** Options of a client that leads here, and has the key that nobody else has. */
    public GroqClient.Options client() {
        return GroqClient.options().baseUrl(baseUrl()).apiKey(secret);
    }

    String baseUrl() {
        return server.url() + "/openai/v1";
    }

    /** New with each start, so that nobody else who finds the port is served. */
    String apiKey() {
        return secret;
    }

    @Override
    public void close() {
        server.close();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            if (!isOurs(exchange)) {
                exchange.sendResponseHeaders(403, -1);
                return;
            }
            Prompt prompt = Prompt.read(exchange.getRequestBody());
            boolean good = prompt.messages > 0;
            if (good && prompt.streamed) {
                exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
                exchange.sendResponseHeaders(200, 0);
                prompt.stream(exchange.getResponseBody());
                return;
            }
            byte[] answer = good ? prompt.completion() : Json.write(Map.of("error", Map.of(
                    "message", "The request is malformed.", "type", "invalid_request_error")));
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(good ? 200 : 400, answer.length);
            exchange.getResponseBody().write(answer);
        }
    }

    private boolean isOurs(HttpExchange exchange) {
        String shown = exchange.getRequestHeaders().getFirst("Authorization");
        return shown != null && MessageDigest.isEqual(bytes("Bearer " + secret), bytes(shown));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** What is kept of a request, which flows by whatever its size. */
    private static final class Prompt {
        private static final int WORD_MAX = 1000;

        private final ByteArrayOutputStream word = new ByteArrayOutputStream();
        private String model = "";
        private int messages;
        private int talk; // of the user and the assistant
        private boolean streamed;

        /** Reads what our own client wrote: JSON, and no text in it counts as a field. */
        static Prompt read(InputStream body) throws IOException {
            Prompt prompt = new Prompt();
            InputStream in = new BufferedInputStream(body, 16 << 10);
            String name = "";
            for (int b = in.read(); b >= 0; b = in.read()) {
                if (b == '"') {
                    String string = prompt.string(in);
                    prompt.member(name, string);
                    name = string;
                } else if (b != ':') {
                    prompt.streamed |= b == 't' && name.equals("stream"); // true
                    name = "";
                }
            }
            return prompt;
        }

        // Its beginning, from after the opening quote on.
        private String string(InputStream in) throws IOException {
            word.reset();
            for (int b = in.read(); b >= 0 && b != '"'; b = in.read()) {
                int c = b == '\\' ? in.read() : b;
                if (word.size() < WORD_MAX) {
                    word.write(c);
                }
            }
            return word.toString(StandardCharsets.UTF_8);
        }

        private void member(String name, String value) {
            if (name.equals("role")) {
                messages++;
                talk += value.equals("user") || value.equals("assistant") ? 1 : 0;
            } else if (name.equals("model")) {
                model = value;
            }
        }

        byte[] completion() {
            return Json.write(Map.of("id", "offline", "object", "chat.completion", "model", model,
                    "choices", List.of(
                            Map.of("index", 0, "finish_reason", "stop", "message",
                                    Map.of("role", "assistant", "content", text())))));
        }

        /** Writes it word by word, as a stream of events. */
        void stream(OutputStream out) throws IOException {
            for (String next : text().split("(?<= )")) {
                event(Map.of("index", 0, "delta", Map.of("content", next)), out);
            }
            event(Map.of("index", 0, "delta", Map.of(), "finish_reason", "stop"), out);
            out.write(bytes("data: [DONE]\n\n"));
        }

        private void event(Map<String, Object> choice, OutputStream out) throws IOException {
            out.write(bytes("data: " + Json.text(Map.of("id", "offline", "object",
                    "chat.completion.chunk", "model", model, "choices", List.of(choice)))
                    + "\n\n"));
            out.flush();
        }

        private String text() {
            int remembered = talk - 1; // without the question
            return "[offline] No model was asked. I was sent " + remembered
                    + " remembered message" + (remembered == 1 ? "" : "s") + ".";
        }
    }
}
