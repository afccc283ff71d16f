package vaas.agent.groq;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import vaas.http.JdkServer;
import vaas.json.Json;
import vaas.json.JsonException;
import vaas.json.JsonStrings;

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

    /**
     * Starts it on a free port of the loopback address.
     *
     * @return the running server
     * @throws IOException if there is no free port
     */
    public static OfflineGroq start() throws IOException {
        return new OfflineGroq();
    }

    /** Options of a client that leads here, and has the key that nobody else has. */
    public GroqClient.Options client() {
        return GroqClient.options().baseUrl(baseUrl()).apiKey(secret);
    }

    /** Base of its routes. */
    String baseUrl() {
        return server.url() + "/openai/v1";
    }

    /** New with each start, so that nobody else who finds the port is served. */
    String apiKey() {
        return secret;
    }

    /** Ends it. */
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
            byte[] answer;
            int status = 200;
            try {
                answer = Json.write(Prompt.read(exchange.getRequestBody()).completion());
            } catch (JsonException e) {
                status = 400;
                answer = Json.write(Map.of("error", Map.of(
                        "message", "The request is malformed.", "type", "invalid_request_error")));
            }
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(status, answer.length);
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
        private String model = "";
        private int messages;
        private int talk; // of the user and the assistant

        static Prompt read(InputStream body) throws JsonException, IOException {
            Prompt prompt = new Prompt();
            JsonStrings.read(body,
                    Map.of("model", name -> prompt.model = name, "messages.role", prompt::count));
            if (prompt.messages == 0) {
                throw new JsonException("it has no messages");
            }
            return prompt;
        }

        private void count(String role) {
            messages++;
            talk += role.equals("user") || role.equals("assistant") ? 1 : 0;
        }

        Map<String, Object> completion() {
            int remembered = talk - 1; // without the question
            Map<String, Object> message = new LinkedHashMap<>();
            message.put("role", "assistant");
            message.put("content", "[offline] No model was asked. I was sent " + remembered
                    + " remembered message" + (remembered == 1 ? "" : "s") + ".");
            Map<String, Object> choice = new LinkedHashMap<>();
            choice.put("index", 0);
            choice.put("message", message);
            choice.put("finish_reason", "stop");
            Map<String, Object> answer = new LinkedHashMap<>();
            answer.put("id", "offline");
            answer.put("object", "chat.completion");
            answer.put("model", model);
            answer.put("choices", List.of(choice));
            return answer;
        }
    }
}
