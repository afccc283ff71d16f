package vaas.api;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.ConnectException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import vaas.agent.Reply;
import vaas.api.RawClient.Answer;
import vaas.memory.History;
import vaas.memory.Insertion;
import vaas.memory.MemoryRecord;

/** The routes as a client sees them, and what a stop does to it. */
@Timeout(60)
class ApiTest {
    private static final String HELLO = "{\"message\":\"Hello\"}";

    @TempDir
    Path folder;

    @Nested
    class Routes extends ServedFixture {
        @Test
        void chatAnswersWithItsMembersInTheirOrder() throws IOException {
            Answer answer = served.chat(HELLO);
            assertEquals(200, answer.status());
            assertEquals("application/json", answer.header("Content-Type").orElseThrow());
            List<MemoryRecord> records = served.memory.latest(2).records();
            assertEquals("Hello", records.get(0).content());
            assertEquals("{\"message\":\"" + ScriptedAgent.ANSWER + "\",\"clip_path\":null,"
                    + "\"message_id\":\"" + records.get(1).messageId() + "\","
                    + "\"remembered\":true,\"session_id\":null}", answer.body());
        }

        @Test
        void aClipOfAToolIsHandedOut() throws IOException {
            served.agent.script(question -> new Reply.Answered(
                    "Look.", Optional.of("/clips/ä.mp4"), Optional.of(new UUID(0, 1))));
            Map<String, Object> body = served.chat(HELLO).json();
            assertEquals("/clips/ä.mp4", body.get("clip_path"));
            assertEquals("00000000-0000-0000-0000-000000000001", body.get("message_id"));
        }

        @Test
        void anAnswerThatAResetOvertookIsGivenButNotRemembered() throws IOException {
            served.agent.script(question -> {
                History before = served.memory.latest(2);
                assertEquals(200, served.ask("POST /reset-memory", "").status());
                assertEquals(new Insertion.Fenced(),
                        served.memory.insert(before, "Hello", "Late."));
                return new Reply.Answered("Late.", Optional.empty(), Optional.empty());
            });
            Map<String, Object> body = served.chat(HELLO).json();
            assertEquals("Late.", body.get("message"));
            assertEquals(false, body.get("remembered"));
            assertNull(body.get("message_id"));
            assertEquals(List.of("message", "clip_path", "message_id", "remembered", "session_id"),
                    new ArrayList<>(body.keySet()));
            assertEquals(List.of(), served.memory.latest(2).records());
        }

        @Test
        void resetSaysWhatItRemoved() throws IOException {
            served.chat(HELLO);
            long bytes = Files.size(folder.resolve("memory.jsonl"));
            Answer answer = served.ask("POST /reset-memory", "");
            assertEquals(200, answer.status());
            assertEquals("{\"message\":\"Memory reset successfully\",\"records_removed\":2,"
                    + "\"bytes_removed\":" + bytes + ",\"generation\":1,\"session_id\":null}",
                    answer.body());
            assertEquals("{\"message\":\"Memory reset successfully\",\"records_removed\":0,"
                    + "\"bytes_removed\":0,\"generation\":2,\"session_id\":null}",
                    served.ask("POST /reset-memory", "").body());
        }

        @Test
        void healthIsOkWhileTheMemoryCanBeWritten() throws IOException {
            Answer answer = served.get("/health");
            assertEquals(200, answer.status());
            assertEquals("ok", answer.json().get("status"));
            served.folder.close();
            Answer closed = served.get("/health");
            Served.problem(503, closed);
            assertEquals("/docs#memory-unavailable", closed.json().get("type"));
        }

        @Test
        void theRootWelcomesByTheAgentsName() throws IOException {
            Answer answer = served.get("/");
            assertEquals(200, answer.status());
            assertEquals(List.of("message"), new ArrayList<>(answer.json().keySet()));
            assertTrue(answer.json().get("message").toString().contains("vaas"));
        }

        @Test
        void aQueryChangesNothing() throws IOException {
            assertEquals(200, served.get("/health?deep=1").status());
            assertEquals(200, served.ask("POST /chat?x=/reset-memory", HELLO).status());
            assertEquals(2, served.memory.latest(2).records().size());
        }

        @Test
        void umlautsAndEmojiGoThereAndBack() throws IOException {
            served.agent.script(question -> new Reply.Answered(
                    question.message(), Optional.empty(), Optional.empty()));
            String text = "Grüße \uD83D\uDC4B \u0000 \u2028 \" \\ </script>";
            Answer answer = served.chat("{\"message\":\"Grüße \uD83D\uDC4B \\u0000 \\u2028 \\\""
                    + " \\\\ </script>\"}");
            assertEquals(text, answer.json().get("message"));
        }
    }

    @Nested
    class Stop {
        private final CountDownLatch begun = new CountDownLatch(1);
        private final CountDownLatch goOn = new CountDownLatch(1);
        private final ExecutorService threads = Executors.newCachedThreadPool();

        @AfterEach
        void end() {
            goOn.countDown();
            threads.shutdownNow();
        }

        @Test
        void aRunningChatFinishesWithinTheGraceAndNewOnesAreRefused() throws Exception {
            try (Served served = Served.start(folder, "SHUTDOWN_GRACE", "60")) {
                served.agent.hang(begun, goOn);
                Future<Answer> running = threads.submit(() -> served.chat(HELLO));
                begun.await();
                Future<?> stop = threads.submit(served.api::close);
                Answer refused = refusal(served);
                Served.problem(503, refused);
                assertEquals("/docs#stopping", refused.json().get("type"));
                assertEquals("close", refused.header("Connection").orElseThrow());
                assertTrue(refused.header("Retry-After").isPresent());
                Served.problem(503, served.chat(HELLO));
                Served.problem(503, served.ask("POST /reset-memory", ""));
                assertFalse(stop.isDone());
                goOn.countDown();
                assertEquals(200, running.get().status());
                stop.get();
                assertThrows(ConnectException.class, () -> served.get("/health"));
                assertEquals(1, served.agent.questions.size());
                assertEquals(2, served.memory.latest(9).records().size());
            }
        }

        private Answer refusal(Served served) throws IOException {
            while (true) { // until the stop has begun
                Answer answer = served.get("/health");
                if (answer.status() != 200) {
                    return answer;
                }
            }
        }

        @Test
        void afterTheGraceWhatIsLeftIsCut() throws Exception {
            CountDownLatch interrupted = new CountDownLatch(1);
            try (Served served = Served.start(folder, "SHUTDOWN_GRACE", "0");
                    RawClient client = served.client()) {
                served.agent.script(question -> {
                    begun.countDown();
                    try {
                        goOn.await();
                    } catch (InterruptedException e) {
                        interrupted.countDown();
                    }
                    return served.agent.remember(question);
                });
                client.send(RawClient.request("POST /chat", HELLO));
                begun.await();
                served.api.close();
                assertEquals(Optional.empty(), client.statusOrEnd());
                interrupted.await();
            }
        }

        @Test
        void anIdleServerStopsAtOnceWhateverTheGrace() throws Exception {
            try (Served served = Served.start(folder, "SHUTDOWN_GRACE", "3600");
                    RawClient client = served.client()) {
                assertEquals(200, client.ask("GET /health", "").status());
                served.agent.script(question -> {
                    throw new IllegalStateException();
                });
                assertEquals(500, served.chat(HELLO).status());
                served.api.close();
                assertTrue(client.awaitEnd());
            }
        }

        @Test
        void closingTwiceIsFineAndLeavesTheMemoryOpen() throws IOException {
            try (Served served = Served.start(folder)) {
                served.api.close();
                assertDoesNotThrow(served.api::close);
                assertTrue(served.memory.isWritable());
            }
        }

        /** Somebody else may take a port that has just become free, but hardly each time. */
        @Test
        void thePortIsFreeAgainAfterwards() throws IOException {
            for (int triesLeft = 4; ; triesLeft--) {
                try {
                    startTwiceAtOnePort(folder.resolve("try" + triesLeft));
                    return;
                } catch (IOException e) {
                    if (triesLeft == 0) {
                        throw e;
                    }
                }
            }
        }

        private void startTwiceAtOnePort(Path where) throws IOException {
            int port;
            try (Served served = Served.start(where.resolve("first"))) {
                port = served.api.url().getPort();
                served.checkUsable();
            }
            try (Served served = Served.start(where.resolve("second"),
                    "PORT", Integer.toString(port))) {
                served.checkUsable();
            }
        }
    }
}
