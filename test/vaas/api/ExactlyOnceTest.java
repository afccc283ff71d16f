package vaas.api;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import vaas.agent.Reply;
import vaas.api.RawClient.Answer;
import vaas.testing.Await;

/** {@code Idempotency-Key}: the same call again is answered, not asked. */
@Timeout(60)
class ExactlyOnceTest extends HangingFixture {
    private static final String KEY = "Idempotency-Key: ";
    private static final String SHARED = "{\"message\":\"Hello\"}";
    private static final String NAMED = "{\"message\":\"Hello\",\"session_id\":\"a\"}";

    private static void assertReplays(Answer first, Answer again) {
        assertEquals(200, again.status(), again.body());
        assertEquals(Optional.of("true"), again.header("Idempotency-Replayed"));
        assertEquals(first.json().get("message_id"), again.json().get("message_id"));
        assertEquals(first.json().get("message"), again.json().get("message"));
        assertEquals(true, again.json().get("remembered"));
    }

    @ParameterizedTest
    @ValueSource(strings = {SHARED, NAMED})
    void theSameAgainGetsTheStoredAnswerAlsoAfterARestart(String body) throws IOException {
        Answer first = served.chat(body, KEY + "k");
        assertEquals(Optional.empty(), first.header("Idempotency-Replayed"));
        assertReplays(first, served.chat(body, KEY + "k"));
        assertEquals(1, served.agent.questions.size());
        served.awaitMetric("vaas_chat_replays_total 1");
        served.close();
        served = Served.start(folder);
        assertReplays(first, served.chat(body, KEY + "k"));
        assertEquals(List.of(), served.agent.questions);
    }

    @Test
    void aKeyIsTakenAsSentAndBelongsToItsConversation() throws IOException {
        for (String key : List.of("k", "\"k\"", "K", "x".repeat(255), "~!,;")) {
            for (String body : List.of(SHARED, NAMED)) {
                assertEquals(Optional.empty(),
                        served.chat(body, KEY + key).header("Idempotency-Replayed"), key);
            }
        }
        assertEquals(10, served.agent.questions.size());
    }

    @Test
    void aMalformedKeyOrTwoAre400AndReachNobody() throws IOException {
        for (String key : List.of("", "a b", "\u00e4", "x".repeat(256), "a\tb")) {
            Served.problem(400, served.chat(SHARED, KEY + key));
        }
        Served.problem(400, served.chat(SHARED, KEY + "a", KEY + "a"));
        assertEquals(List.of(), served.agent.questions);
    }

    @Test
    void anotherTextIs422AndWhatIsNotRememberedIsNotCompared() throws IOException {
        Answer first = served.chat(SHARED, KEY + "k");
        Answer refused = served.chat("{\"message\":\"Hello!\"}", KEY + "k");
        Served.problem(422, refused);
        assertEquals("/docs#key-reused", refused.json().get("type"));
        assertReplays(first, served.chat("{\"message\":\"Hello\",\"video_path\":\"/v\","
                + "\"image_base64\":\"iVBORw0KGgoAAAANSUhEUg==\"}", KEY + "k"));
    }

    @Test
    void aReplayHasNoClip() throws IOException {
        served.agent.script(question -> {
            Reply.Answered answered = (Reply.Answered) served.agent.remember(question);
            return new Reply.Answered(
                    answered.message(), Optional.of("/clip"), answered.messageId());
        });
        assertEquals("/clip", served.chat(SHARED, KEY + "k").json().get("clip_path"));
        Map<String, Object> again = served.chat(SHARED, KEY + "k").json();
        assertEquals(null, again.get("clip_path"));
    }

    @ParameterizedTest
    @ValueSource(strings = {SHARED, NAMED})
    void aRepeatWaitsForTheFirstAndAnotherTextDoesNot(String body) throws Exception {
        served.agent.hang(begun, goOn);
        Future<Answer> first = threads.submit(() -> served.chat(body, KEY + "k"));
        begun.await();
        Future<Answer> again = threads.submit(() -> served.chat(body, KEY + "k"));
        served.awaitMetric("vaas_waiting_chats 1");
        Served.problem(422, served.chat(body.replace("Hello", "Bye"), KEY + "k"));
        goOn.countDown();
        assertReplays(first.get(), again.get());
        assertEquals(1, served.agent.questions.size());
    }

    @ParameterizedTest
    @ValueSource(strings = {SHARED, NAMED})
    void ifTheFirstFailsTheRepeatTriesForItself(String body) throws Exception {
        served.agent.script(question -> {
            begun.countDown();
            Await.latch(goOn);
            return new Reply.Failed(Reply.Kind.MODEL, "It failed.");
        });
        Future<Answer> first = threads.submit(() -> served.chat(body, KEY + "k"));
        begun.await();
        Future<Answer> again = threads.submit(() -> served.chat(body, KEY + "k"));
        served.awaitMetric("vaas_waiting_chats 1");
        served.agent.script(served.agent::remember);
        goOn.countDown();
        assertEquals(502, first.get().status());
        assertEquals(Optional.empty(), again.get().header("Idempotency-Replayed"));
        assertEquals(true, again.get().json().get("remembered"));
    }

    @ParameterizedTest
    @ValueSource(strings = {SHARED, NAMED})
    void aResetForgetsTheKey(String body) throws IOException {
        Answer first = served.chat(body, KEY + "k");
        served.ask("POST /reset-memory", body.equals(SHARED) ? "" : "{\"session_id\":\"a\"}");
        Answer other = served.chat(body.replace("Hello", "Bye"), KEY + "k");
        assertEquals(200, other.status(), other.body());
        assertEquals(Optional.empty(), other.header("Idempotency-Replayed"));
        assertEquals(false, first.json().get("message_id").equals(other.json().get("message_id")));
    }
}
