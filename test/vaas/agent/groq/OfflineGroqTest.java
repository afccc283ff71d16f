package vaas.agent.groq;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import vaas.agent.Image;
import vaas.agent.Question;
import vaas.agent.Reply;
import vaas.agent.SearchMemory;
import vaas.agent.Tool;
import vaas.json.Json;
import vaas.memory.Conversations;
import vaas.testing.Talk;

/** The stand-in behind --offline, asked by the very agent that asks Groq. */
@Timeout(60)
class OfflineGroqTest {
    @TempDir
    Path folder;

    @Test
    void tellsHowManyRememberedMessagesItWasSent() throws Exception {
        try (OfflineGroq offline = OfflineGroq.start();
                Talk memory = Talk.open(folder);
                GroqAgent agent = agent(offline, memory.folder)) {
            assertEquals(says("0 remembered messages"), ask(agent, Question.of("one")));
            assertEquals(says("2 remembered messages"), ask(agent, Question.of("two")));
            assertEquals(says("4 remembered messages"), ask(agent, Question.of("three")));
            agent.resetMemory();
            assertEquals(says("0 remembered messages"), ask(agent, Question.of("four")));
            assertEquals(List.of("four", says("0 remembered messages")),
                    memory.records(20).stream().map(it -> it.content()).toList());
        }
    }

    @Test
    void streamsWordByWordToWhoAsksForThat() throws Exception {
        try (OfflineGroq offline = OfflineGroq.start();
                Talk memory = Talk.open(folder);
                GroqAgent agent = agent(offline, memory.folder, SearchMemory.tool())) {
            List<String> words = new ArrayList<>();
            agent.chat("", Question.of("\"stream\":true"), words::add);
            words.removeIf(String::isEmpty);
            assertEquals(List.of(says("0 remembered messages").split("(?= )")), words);
            assertEquals(says("2 remembered messages"), ask(agent, Question.of("stream")));
        }
    }

    @Test
    void takesAnImageAndDeclaredTools() throws Exception {
        try (OfflineGroq offline = OfflineGroq.start();
                Talk memory = Talk.open(folder);
                GroqAgent agent = agent(offline, memory.folder, SearchMemory.tool())) {
            Question question = new Question("", Optional.of(new Image("image/png", "iVBORw==")),
                    Optional.empty(), "id");
            assertEquals(says("0 remembered messages"), ask(agent, question));
        }
    }

    @Test
    void countsOneMessageAsOne() throws Exception {
        try (OfflineGroq offline = OfflineGroq.start()) {
            String answer = post(offline, "{\"model\":\"m\",\"messages\":["
                    + "{\"role\":\"system\",\"content\":\"s\"},"
                    + "{\"role\":\"assistant\",\"content\":\"a\"},"
                    + "{\"role\":\"user\",\"content\":\"q\"}]}").body();
            assertTrue(answer.contains("I was sent 1 remembered message."), answer);
            assertEquals("m", Json.read(answer).get("model"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "[]", "{}", "{\"messages\":[]}", "{\"messages\":\"hello\"}",
        "{\"messages\":null}"})
    void refusesAMalformedRequestInGroqsShape(String body) throws Exception {
        try (OfflineGroq offline = OfflineGroq.start()) {
            HttpResponse<String> answer = post(offline, body);
            assertEquals(400, answer.statusCode());
            assertEquals("application/json",
                    answer.headers().firstValue("Content-Type").orElseThrow());
            Map<?, ?> error = (Map<?, ?>) Json.read(answer.body()).get("error");
            assertEquals("invalid_request_error", error.get("type"));
            assertInstanceOf(String.class, error.get("message"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Authorization: Bearer\r\n", "Authorization: Bearer x\r\n"})
    void refusesStrangersBeforeTheirBodyIsThere(String header) throws Exception {
        try (OfflineGroq offline = OfflineGroq.start();
                Socket socket = new Socket(InetAddress.getLoopbackAddress(),
                        URI.create(offline.baseUrl()).getPort())) {
            socket.getOutputStream().write(("POST /openai/v1/chat/completions HTTP/1.1\r\n"
                    + "Host: localhost\r\n" + header + "Content-Length: 62000000\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            assertEquals("HTTP/1.1 403", new String(
                    socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII));
        }
    }

    @Test
    void readsARequestOfAnySize() throws Exception {
        try (OfflineGroq offline = OfflineGroq.start()) {
            byte[] filler = ("{\"role\":\"user\",\"content\":\"" + "x".repeat(1 << 20) + "\"},")
                    .getBytes(StandardCharsets.US_ASCII);
            byte[] start = "{\"messages\":[".getBytes(StandardCharsets.US_ASCII);
            byte[] end = "{\"role\":\"user\"}]}".getBytes(StandardCharsets.US_ASCII);
            HttpURLConnection connection = (HttpURLConnection)
                    URI.create(offline.baseUrl() + "/chat/completions").toURL().openConnection();
            connection.setRequestProperty("Authorization", "Bearer " + offline.apiKey());
            connection.setDoOutput(true);
            int count = 70;
            connection.setFixedLengthStreamingMode(
                    (long) count * filler.length + start.length + end.length);
            try (OutputStream out = connection.getOutputStream()) {
                out.write(start);
                for (int i = 0; i < count; i++) {
                    out.write(filler);
                }
                out.write(end);
            }
            String answer = new String(
                    connection.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertTrue(answer.contains("I was sent " + count + " remembered messages."), answer);
        }
    }

    @Test
    void listensOnLoopbackOnAPortOfItsOwn() throws IOException {
        try (OfflineGroq one = OfflineGroq.start(); OfflineGroq two = OfflineGroq.start()) {
            URI url = URI.create(one.baseUrl());
            assertTrue(List.of("127.0.0.1", "[::1]", "[0:0:0:0:0:0:0:1]")
                    .contains(url.getHost()), url.toString());
            assertTrue(url.getPort() != URI.create(two.baseUrl()).getPort());
        }
    }

    @Test
    void onceClosedItIsGone() throws IOException {
        OfflineGroq offline = OfflineGroq.start();
        offline.close();
        assertThrows(ConnectException.class, () -> post(offline, "{}"));
    }

    private static GroqAgent agent(OfflineGroq offline, Conversations memory, Tool... tools) {
        return GroqAgent.open(offline.client(), memory, GroqAgent.options().tools(tools));
    }

    private static String ask(GroqAgent agent, Question question) {
        return ((Reply.Answered) agent.chat(question)).message();
    }

    private static String says(String what) {
        return "[offline] No model was asked. I was sent " + what + ".";
    }

    private static HttpResponse<String> post(OfflineGroq offline, String body)
            throws IOException, InterruptedException {
        return HttpClient.newHttpClient().send(
                HttpRequest.newBuilder(URI.create(offline.baseUrl() + "/chat/completions"))
                        .header("Authorization", "Bearer " + offline.apiKey())
                        .POST(HttpRequest.BodyPublishers.ofString(body)).build(),
                HttpResponse.BodyHandlers.ofString());
    }
}
