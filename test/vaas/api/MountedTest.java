package vaas.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import vaas.agent.Reply;
import vaas.api.RawClient.Answer;
import vaas.testing.Await;
import vaas.testing.Talk;

/** The routes in a server that is not ours: under a path, and with every bound of our own. */
@Timeout(60)
class MountedTest {
    private static final String HELLO = "{\"message\":\"Hello\"}";

    @TempDir
    Path folder;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private Talk memory;
    private ScriptedAgent agent;
    private HttpServer server;

    @BeforeEach
    void start() throws IOException {
        memory = Talk.open(folder);
        agent = new ScriptedAgent("vaas", memory.folder);
        server = HttpServer.create(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.start();
    }

    @AfterEach
    void stop() throws IOException {
        server.stop(0);
        threads.shutdownNow();
        memory.close();
    }

    private void mount(String path, ApiOptions options) {
        server.createContext(path, Api.handler(options, agent));
    }

    private RawClient client() throws IOException {
        return RawClient.to(URI.create("http://127.0.0.1:" + server.getAddress().getPort()));
    }

    private Answer ask(String methodAndPath, String body, String... headers) throws IOException {
        try (RawClient client = client()) {
            return client.ask(methodAndPath, body, headers);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/help", "/help/", "/a/b"})
    void pathsAreExactBelowTheContext(String context) throws IOException {
        mount(context, Api.options());
        String base = context.endsWith("/") ? context : context + "/";
        assertEquals(200, ask("POST " + base + "chat", HELLO).status());
        assertEquals(200, ask("GET http://localhost" + base + "health?x", "").status());
        assertEquals(200, ask("GET " + context, "").status());
        Answer page = ask("GET " + context, "", "Accept: text/html");
        if (!context.endsWith("/")) { // a page's own addresses are relative to it
            assertEquals(308, page.status());
            page = ask("GET " + page.header("Location").orElseThrow(), "", "Accept: text/html");
        }
        assertEquals(200, page.status());
        for (String face : new String[] {"page.css", "docs", "openapi.json"}) {
            assertEquals(200, ask("GET " + base + face, "").status(), face);
        }
        for (String wrong : new String[] {"chatx", "chat/", "x/chat", "help/chat"}) {
            assertEquals(404, ask("POST " + base + wrong, HELLO).status(), wrong);
        }
        if (!context.endsWith("/")) {
            assertEquals(404, ask("POST " + context + "chat", HELLO).status());
        }
        assertEquals(1, agent.questions.size());
    }

    @Test
    void theGuardStandsThereToo() throws IOException {
        mount("/help", Api.options().token("t").bodyBytesMax(100));
        Served.problem(401, ask("POST /help/chat", HELLO));
        Served.problem(403, ask("POST /help/reset-memory", "", "Origin: https://evil.com"));
        Served.problem(421, ask("GET /help/health", "", "Host: evil.com"));
        String token = "Authorization: Bearer t";
        Served.problem(413, ask("POST /help/chat", HELLO + " ".repeat(100), token));
        assertEquals(200, ask("POST /help/chat", HELLO, token).status());
    }

    @Test
    void aFaultIsAnAnswerAndTheNextIsServed() throws IOException {
        mount("/help", Api.options());
        agent.script(question -> {
            throw new AssertionError();
        });
        Served.problem(500, ask("POST /help/chat", HELLO));
        agent.script(agent::remember);
        assertEquals(200, ask("POST /help/chat", HELLO).status());
    }

    @Test
    void aClientThatReadsNothingIsCutAndItsPlaceIsFree() throws Exception {
        mount("/help", Api.options().chatsMax(1).patience(Duration.ofSeconds(1)));
        CountDownLatch begun = new CountDownLatch(1);
        agent.script(question -> {
            begun.countDown();
            return new Reply.Answered("x".repeat(8_000_000), Optional.empty(), Optional.empty());
        });
        try (RawClient deaf = client()) {
            deaf.send(RawClient.request("POST /help/chat", HELLO));
            begun.await();
            agent.script(agent::remember);
            AtomicInteger status = new AtomicInteger();
            Await.until(() -> {
                status.set(ask("POST /help/chat", HELLO).status());
                return status.get() != 503;
            });
            assertEquals(200, status.get());
            assertTrue(memory.memory.isWritable(), "no interrupt has hit the memory");
        }
    }
}
