package vaas.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import vaas.api.RawClient.Answer;
import vaas.testing.Await;
import vaas.testing.LogLines;
import vaas.testing.Talk;
import vaas.testing.UnluckyMemory;

/** Conversations by name on the wire: chats in line, resets of one and of all. */
@Timeout(60)
class SessionsTest extends HangingFixture {
    private static final String RESET = "POST /reset-memory";
    private static final List<String> TURN = List.of("Hello", ScriptedAgent.ANSWER);

    /** Chats that hang until they may go on, the first of which has begun. */
    private List<Future<Answer>> hanging(String... sessions) {
        served.agent.script(question -> {
            begun.countDown();
            Await.latch(goOn);
            return served.agent.remember(question);
        });
        List<Future<Answer>> running = new ArrayList<>();
        for (String session : sessions) {
            int number = running.size();
            running.add(threads.submit(() -> served.say(session, "q" + number)));
            Await.latch(begun);
            served.awaitMetric("vaas_waiting_chats " + number);
        }
        return running;
    }

    @Nested
    class Chats {
        @Test
        void eachConversationRemembersItsOwnAndSaysWhichItIs() throws IOException {
            for (String session : List.of("a", "A", "b")) {
                assertEquals(session, served.say(session, "I am " + session).json()
                        .get("session_id"));
            }
            served.say("a", "Still me");
            assertEquals(List.of("I am a", ScriptedAgent.ANSWER, "Still me", ScriptedAgent.ANSWER),
                    served.texts("a"));
            assertEquals(List.of("I am A", ScriptedAgent.ANSWER), served.texts("A"));
            assertEquals(List.of(), served.texts(""));
        }

        @ParameterizedTest
        @ValueSource(strings = {"-", "_", ".a", "..a", "a.", "con", "nul.jsonl", "memory", "=41",
                "1234567890123456789012345678901234567890123456789012345678901234"})
        void itMayHaveAnyName(String session) throws IOException {
            int status = served.say(session, "Hello").status();
            assertEquals(session.equals("=41") ? 422 : 200, status);
            assertEquals(status == 422 ? List.of() : List.of(session), listed());
        }

        @Test
        void twoAtOnceAreAnsweredOneAfterTheOther() throws Exception {
            List<List<String>> prompts = new ArrayList<>();
            List<Future<Answer>> running = hanging("a", "a");
            served.agent.script(question -> {
                prompts.add(Talk.latest(served.agent.memory(), 20));
                return served.agent.remember(question);
            });
            goOn.countDown();
            for (Future<Answer> chat : running) {
                assertEquals(true, chat.get().json().get("remembered"));
            }
            assertEquals(List.of(List.of("q0", ScriptedAgent.ANSWER)), prompts);
        }

        @Test
        void sixteenWaitAndTheNextIs429WhileOthersAreServed() throws Exception {
            String[] seventeen = new String[17];
            Arrays.fill(seventeen, "a");
            List<Future<Answer>> running = hanging(seventeen);
            Answer refused = served.say("a", "One too many");
            Served.problem(429, refused);
            assertEquals("/docs#line-full", refused.json().get("type"));
            assertEquals(Optional.of("1"), refused.header("Retry-After"));
            served.awaitMetric("vaas_http_requests_total{route=\"/chat\",status=\"429\"} 1");
            served.agent.script(served.agent::remember);
            assertEquals(200, served.say("b", "Hello").status());
            assertEquals(200, served.chat("{\"message\":\"Hello\"}").status());
            goOn.countDown();
            for (Future<Answer> chat : running) {
                assertEquals(200, chat.get().status());
            }
            List<String> questions = served.texts("a").stream()
                    .filter(it -> !it.equals(ScriptedAgent.ANSWER)).toList();
            assertEquals(17, questions.size());
            assertEquals("q16", questions.get(16), "in the order in which they came");
        }

        @Test
        void aResetWaitsForNoChat() throws Exception {
            List<Future<Answer>> running = hanging("a", "a");
            Answer reset = served.ask(RESET + "?session_id=a", "");
            assertEquals(1, reset.json().get("generation"));
            goOn.countDown();
            running.get(1).get();
            assertTrue(served.texts("a").contains("q1"), "who waits comes after it");
        }

        @Test
        void allInUseIs503() throws Exception {
            served.close();
            served = Served.start(folder, "MAX_OPEN_SESSIONS", "1");
            List<Future<Answer>> running = hanging("a");
            for (Answer refused : List.of(served.say("b", "Hello"),
                    served.get("/memory?session_id=b"), served.get("/memory/" + new UUID(
                            0, 1) + "?session_id=b"), served.ask(RESET + "?session_id=b", ""))) {
                Served.problem(503, refused);
                assertEquals("/docs#too-many-in-use", refused.json().get("type"));
                assertEquals(Optional.of("1"), refused.header("Retry-After"));
            }
            goOn.countDown();
            running.get(0).get();
            assertEquals(200, served.say("b", "Hello").status());
        }

        @Test
        void tooManyConversationsAre507BeforeAnybodyIsAsked() throws Exception {
            served.close();
            served = Served.start(folder, "MAX_SESSIONS", "1");
            assertEquals(200, served.say("a", "Hello").status());
            Answer refused = served.say("b", "Hello");
            Served.problem(507, refused);
            assertEquals("/docs#too-many-conversations", refused.json().get("type"));
            assertEquals(1, served.agent.questions.size());
            assertEquals(200, served.say("a", "Again").status());
            served.ask(RESET + "?session_id=a", "");
            assertEquals(200, served.say("b", "Hello").status());
        }
    }

    private List<Object> listed() throws IOException {
        List<Object> names = new ArrayList<>();
        for (Object row : (List<?>) served.get("/sessions").json().get("sessions")) {
            names.add(((Map<?, ?>) row).get("session_id"));
        }
        return names;
    }

    @Nested
    class Resets {
        @BeforeEach
        void fill() throws IOException {
            served.chat("{\"message\":\"Hello\"}");
            served.say("a", "Hello");
            served.say("b", "Hello");
        }

        private void assertHeld(String... sessions) throws IOException {
            for (String session : List.of("", "a", "b")) {
                assertEquals(List.of(sessions).contains(session) ? TURN : List.of(),
                        served.texts(session), session);
            }
        }

        @ParameterizedTest
        @CsvSource(delimiter = '|', value = {"?session_id=a|''", "''|{\"session_id\":\"a\"}",
                "?session_id=a|{\"session_id\":\"a\"}", "?session_id=a|{\"session_id\":null}",
                "?session_id=%61|{", "?session%5fid=a|x", "?session_id=a&all=false|{}",
                "?&session_id=a&|[]", "''|{\"\\u0073ession_id\":\"\\u0061\"}",
                "''|\uFEFF{\"x\":{\"y\":[1,{}]},\"session_id\":\"a\",\"x\":2}"})
        void ofOneByQueryOrBody(String query, String body) throws IOException {
            Answer answer = served.ask(RESET + query, body, "Content-Type: text/plain");
            assertEquals(200, answer.status(), answer.body());
            assertEquals("a", answer.json().get("session_id"));
            assertEquals(2, answer.json().get("records_removed"));
            assertHeld("", "b");
        }

        @Test
        void ofOneThatWasNeverUsedRemovesNothing() throws IOException {
            Answer answer = served.ask(RESET + "?session_id=nobody", "");
            assertTrue(answer.body().contains("\"records_removed\":0,\"bytes_removed\":0,"));
            assertHeld("", "a", "b");
        }

        @Test
        void aDoubtfulQueryIs422AndNothingIsReset() throws IOException {
            for (String query : List.of("x=1", "=", "session_id=", "session_id",
                    "session_id=a%20b", "session_id=..", "session_id=a&session_id=a",
                    "session_id=a&x", "Session_id=a", "all=yes", "all=TRUE", "all=",
                    "all=true&all=true", "all=true&session_id=a", "session_id=a+b",
                    "session_id=%ff", "all=false&x=1")) {
                assertEquals(422, served.ask(RESET + "?" + query, "").status(), query);
            }
            assertHeld("", "a", "b");
        }

        @Test
        void aDoubtfulBodyIsRefusedAndNothingIsReset() throws IOException {
            for (String row : """
                    422 {"session_id":7}
                    422 {"session_id":""}
                    422 {"session_id":["a"]}
                    422 {"session_id":{}}
                    422 {"session_id":true}
                    422 {"session_id":"a b"}
                    422 {"session_id":"\u00e4"}
                    422 {"x":1,"session_id":"..."}
                    400 {"a":{"session_id":"a"}}
                    400 [{"session_id":"a"}]
                    400 {"a":"session_id"}
                    400 {"a":["session_id"]}
                    400 {"session_id":"a","session_id":"a"}
                    400 {"session_id":"a","\\u0073ession_id":"b"}
                    400 {"session_id":{"session_id":"a"}}
                    400 {"my_session_id":"a"}
                    400 {"a":"\\\\ \\u0073ession_id"}
                    400 {"session_id":"a"
                    400 {"session_id":"a"} x
                    400 {'session_id':'a'}
                    400 session_id=a
                    400 "session_id"
                    400 sessession_id
                    400 \\usession_id
                    400 x {"\\u0073ession_id":"a"}
                    400 {"session_id":NaN}
                    """.lines().toList()) {
                int status = Integer.parseInt(row.substring(0, 3));
                for (String query : List.of("", "?session_id=a")) {
                    assertEquals(status, served.ask(RESET + query, row.substring(4)).status(), row);
                }
            }
            assertHeld("", "a", "b");
        }

        @ParameterizedTest
        @ValueSource(strings = {"UTF-16", "UTF-16LE", "UTF-32"})
        void soIsOneInAnotherEncoding(String charset) throws Exception {
            try (RawClient client = served.client()) {
                client.send(RawClient.request(RESET, "{\"session_id\":\"a\"}".getBytes(charset)));
                Served.problem(400, client.read());
            }
            assertHeld("", "a", "b");
        }

        @Test
        void whatContradictsIs422() throws IOException {
            String other = "{\"session_id\":\"b\"}";
            Served.problem(422, served.ask(RESET + "?session_id=a", other));
            Served.problem(422, served.ask(RESET + "?all=true", other));
            Served.problem(422, served.ask(RESET + "?all=true", "", "If-Match: *"));
            assertHeld("", "a", "b");
        }

        @ParameterizedTest
        @ValueSource(strings = {"Content-Encoding: gzip",
                "Content-Type: text/plain; charset=latin1",
                "Content-Type: application/json;charset=utf-16"})
        void aCodingOrCharsetOfABodyIs415(String header) throws IOException {
            Served.problem(415, served.ask(RESET, "{\"session_id\":\"a\"}", header));
            Served.problem(415, served.ask(RESET, "x", header));
            assertHeld("", "a", "b");
            assertEquals(200, served.ask(RESET, "", header).status(), "where there is a body");
        }

        @ParameterizedTest
        @ValueSource(strings = {"Content-Length: 100\r\n\r\n{}",
                "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n",
                "Transfer-Encoding: chunked\r\n\r\n80000000\r\nab",
                "Transfer-Encoding: chunked\r\n\r\nx\r\nab"})
        void aBodyThatEndsEarlyIs400(String rest) throws IOException {
            try (RawClient client = served.client()) {
                client.send(RESET + " HTTP/1.1\r\nHost: localhost\r\n" + rest).endOutput();
                Served.problem(400, client.read());
            }
            assertHeld("", "a", "b");
        }

        @Test
        void aBodyIsSkimmedAtAnyLength() throws IOException {
            served.close();
            served = Served.start(folder, "MAX_BODY_BYTES", "1000");
            String body = "{\"x\":\"" + "x".repeat(1_000_000) + "\",\"session_id\":\"a\"}";
            assertEquals("a", served.ask(RESET, body).json().get("session_id"));
            Served.problem(422, served.ask(RESET,
                    "{\"session_id\":\"" + "x".repeat(1_000_000) + "\"}"));
            assertHeld("", "b");
        }

        @Test
        void aNameMayHoldTheTextItself() throws IOException {
            served.say("my_session_id", "Hello");
            assertEquals(200, served.ask(RESET, "{\"session_id\":\"my_session_id\"}").status());
            assertEquals(List.of(), served.texts("my_session_id"));
        }

        @ParameterizedTest
        @CsvSource(delimiter = '|', value = {"*|200", "\"TAG\"|200", "\"x\", \"TAG\"|200",
                ",\"x\" ,, \"TAG\",|200", "\"a,b\",\"TAG\"|200", "\"empty\"|412", "\"\"|412",
                "W/\"TAG\"|412", "\"x\", W/\"TAG\"|412", "TAG|400", "\"TAG|400",
                "'\"TAG\" \"x\"'|400",
                "w/\"TAG\"|400", "*, \"TAG\"|400", "\"*\"|412", "''|400", ",|400", "\"a b\"|400"})
        void ifMatchSparesWhatHasChanged(String given, int status) throws IOException {
            for (String session : List.of("?session_id=a", "")) {
                String tag = served.get("/memory" + session).header("ETag").orElseThrow();
                Answer answer = served.ask(RESET + session, "",
                        "If-Match: " + given.replace("TAG", tag.replace("\"", "")));
                assertEquals(status, answer.status(), answer.body());
            }
            assertHeld(status == 200 ? new String[] {"b"} : new String[] {"", "a", "b"});
        }

        @Test
        void ifMatchIsReadInAllItsLines() throws IOException {
            assertEquals(200, served.ask(RESET + "?session_id=nobody", "", "If-Match: \"x\"",
                    "If-Match: \"empty\"").status());
            assertEquals(412, served.ask(RESET + "?session_id=a", "", "If-Match: \"x\"",
                    "If-Match: \"empty\"").status());
        }

        @Test
        void ofAllTellsTheSums() throws IOException {
            served.ask(RESET + "?session_id=b", "");
            try (LogLines log = LogLines.listen()) {
                Answer answer = served.ask(RESET + "?all=true", "{}");
                assertEquals(200, answer.status(), answer.body());
                Map<String, Object> body = answer.json();
                assertEquals(List.of("message", "sessions_reset", "records_removed",
                        "bytes_removed"), List.copyOf(body.keySet()));
                assertEquals(List.of("Memory reset successfully", 2, 4),
                        List.copyOf(body.values()).subList(0, 3));
                assertFalse(log.with("all conversations begin").isEmpty());
            }
            assertHeld();
            assertTrue(served.ask(RESET + "?all=true", "").body()
                    .contains("\"sessions_reset\":0,\"records_removed\":0,\"bytes_removed\":0"));
            assertEquals(200, served.say("a", "Hello").status());
        }

        @Test
        void theLogNamesTheConversation() throws IOException {
            try (LogLines log = LogLines.listen()) {
                served.ask(RESET + "?session_id=a", "", "X-Request-Id: r1");
                assertTrue(log.with("id r1: conversation a/1 begins").size() > 0);
            }
        }

        @Test
        void whatFailsIs500AndAskingAgainIsSafe() throws IOException {
            UnluckyMemory unlucky = new UnluckyMemory();
            try (Served other = Served.start(unlucky.open())) {
                other.say("a", "Hello");
                for (String query : List.of("?all=true", "?session_id=a")) {
                    unlucky.fail();
                    assertEquals("Memory reset failed",
                            Served.problem(500, other.ask(RESET + query, "")));
                    unlucky.heal();
                    assertEquals(200, other.ask(RESET + query, "").status());
                    other.say("a", "Hello");
                }
            }
        }
    }
}
