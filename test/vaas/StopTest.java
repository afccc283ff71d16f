package vaas;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import vaas.api.RawClient;
import vaas.config.Setting;
import vaas.testing.ChildJvm;

/** Stops a real process (SIGTERM) in mid-load: what its clients saw, and what it left. */
@Timeout(300)
class StopTest {
    private static final int CLIENTS = 8;
    private static final int TURNS_BEFORE_THE_STOP = 200;

    @TempDir
    Path folder;

    private final Queue<String> acknowledged = new ConcurrentLinkedQueue<>();
    private final CountDownLatch enough = new CountDownLatch(TURNS_BEFORE_THE_STOP);

    /** With a grace that the test would not outlive: the stop must not wait for it. */
    private Process start(ProcessBuilder.Redirect log, String level) throws IOException {
        ProcessBuilder builder =
                new ProcessBuilder(ChildJvm.command(List.of(), Main.class, "--offline"));
        Map<String, String> environment = builder.environment();
        Arrays.stream(Setting.values()).map(Setting::name).forEach(environment::remove);
        environment.putAll(Map.of("PORT", "0", "MEMORY_DIR", folder.toString(),
                "SHUTDOWN_GRACE", "3600", "LOG_LEVEL", level));
        return builder.redirectError(log).start();
    }

    /** Chats over one connection until the server says that it stops; any cut is a failure. */
    private int chatUntilRefused(URI url, String name) throws IOException {
        try (RawClient client = RawClient.to(url)) {
            for (int turn = 0; ; turn++) {
                String message = name + " turn" + turn;
                RawClient.Answer answer =
                        client.ask("POST /chat", "{\"message\":\"" + message + "\"}");
                if (answer.status() != 200) {
                    assertEquals("close", answer.header("Connection").orElseThrow());
                    return answer.status();
                }
                assertEquals(true, answer.json().get("remembered"));
                acknowledged.add(message);
                enough.countDown();
            }
        }
    }

    @Test
    void underLoadNothingAcknowledgedIsLostAndNobodyIsCutOff() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(CLIENTS);
        Process process = start(ProcessBuilder.Redirect.DISCARD, "WARNING");
        try (BufferedReader out = new BufferedReader(new InputStreamReader(
                process.getInputStream(), StandardCharsets.UTF_8))) {
            URI url = url(out);
            leaveInsideABody(url);
            List<Future<Integer>> clients = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                String name = "client" + i;
                clients.add(threads.submit(() -> chatUntilRefused(url, name)));
            }
            assertTrue(enough.await(120, TimeUnit.SECONDS), "only " + acknowledged.size());
            process.toHandle().destroy(); // leaves the stream readable
            for (Future<Integer> client : clients) {
                assertEquals(503, client.get());
            }
            assertTrue(process.waitFor(120, TimeUnit.SECONDS), "it does not wait for the grace");
            assertEquals(0, process.exitValue());
        } finally {
            threads.shutdownNow();
            process.destroyForcibly();
        }
        String memory = Files.readString(folder.resolve("memory.jsonl"));
        List<String> lost = acknowledged.stream()
                .filter(message -> !memory.contains("\"content\":\"" + message + "\"")).toList();
        assertEquals(List.of(), lost);
        assertEquals(2 * acknowledged.size(), memory.lines().count(), "and nothing else is there");
    }

    private static URI url(BufferedReader out) throws IOException {
        return URI.create(out.readLine().replaceFirst(".* listens on ([^,]*),.*", "$1"));
    }

    // A pipe holds 64 KiB at most.
    @Test
    void aLogThatNobodyReadsStopsNoAnswerNoResetAndNoEnd() throws Exception {
        Process process = start(ProcessBuilder.Redirect.PIPE, "DEBUG");
        try (BufferedReader out = new BufferedReader(new InputStreamReader(
                process.getInputStream(), StandardCharsets.UTF_8));
                RawClient client = RawClient.to(url(out))) {
            for (int i = 0; i < 300; i++) {
                assertEquals(200, client.ask("POST /chat", "{\"message\":\"Hi\"}").status());
            }
            assertEquals(422, client.ask("POST /chat", "{}").status());
            RawClient.Answer reset = client.ask("POST /reset-memory", "");
            assertEquals(600, reset.json().get("records_removed"));
            process.toHandle().destroy();
            assertTrue(process.waitFor(60, TimeUnit.SECONDS), "the end waits for no reader");
            assertEquals(0, process.exitValue());
            List<String> lines = process.errorReader().lines().toList();
            assertTrue(lines.size() > 100, lines.size() + " lines");
            assertTrue(lines.get(0).contains(" DEBUG "), lines.get(0));
        } finally {
            process.destroyForcibly();
        }
    }

    /** After such clients the JDK's server would wait out every grace: it counts them for good. */
    private static void leaveInsideABody(URI url) throws IOException {
        for (int i = 0; i < 3; i++) {
            try (RawClient client = RawClient.to(url)) {
                client.send(RawClient.request("POST /chat", "", "Content-Length: 100")).send("{");
            }
        }
    }
}
