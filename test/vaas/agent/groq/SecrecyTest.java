package vaas.agent.groq;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static vaas.agent.groq.Scripted.CUT;
import static vaas.agent.groq.Scripted.KEY;
import static vaas.agent.groq.Scripted.calls;
import static vaas.agent.groq.Scripted.config;
import static vaas.agent.groq.Scripted.says;
import static vaas.agent.groq.Scripted.status;
import static vaas.agent.groq.Scripted.within;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import mockwebserver3.MockResponse;
import mockwebserver3.SocketEffect;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import vaas.agent.Image;
import vaas.agent.Question;
import vaas.agent.Reply;
import vaas.agent.SearchMemory;
import vaas.agent.Tool;
import vaas.testing.LogLines;

/** Neither key nor text of a message gets into a log or a sentence for the caller. */
@Timeout(60)
class SecrecyTest extends GroqFixture {
    private static final String QUESTION = "the-secret-question of somebody";
    private static final String ANSWER = "the-secret-answer";
    private static final String IMAGE_BYTES = "iVBORw0KGgoSecretImage";
    private static final List<String> SECRETS = List.of(
            KEY, "the-secret-question", ANSWER, "SecretImage", "/secret/video", "secret-words");

    private final LogLines log = LogLines.listen();

    @AfterEach
    void stopListening() {
        log.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {307, 400, 401, 403, 404, 408, 413, 422, 429, 498, 500, 503})
    void whateverTheProviderQuotesGoesNoFurther(int status) throws IOException {
        String error = Scripted.error(QUESTION, "Wrong key " + KEY + ", in organization org_1 for '"
                + QUESTION + "', " + IMAGE_BYTES);
        MockResponse answer = status(status, error).setHeader("x-request-id", QUESTION)
                .setHeader("Location", "/?" + KEY).build();
        script(answer, answer, answer, answer, answer, answer);
        Reply reply = chat(config(groq));
        assertFalse(reply instanceof Reply.Answered);
        assertFalse(log.texts().isEmpty(), "it is logged");
        assertLogged("id request-7");
        assertNoSecrets(reply);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "{\"choices\":[{\"message\":", "<html>"})
    void aBrokenAnswerIsNotQuoted(String start) throws IOException {
        MockResponse broken = status(200, start + ANSWER + QUESTION).build();
        script(broken, broken, broken);
        assertNoSecrets(assertInstanceOf(Reply.Failed.class, chat(config(groq))));
        assertLogged("200");
    }

    /** Under deadlines that double until one is long enough to be cut off and then to stall. */
    @Test
    void aBrokenConnectionOrADeadlineTellsNothing() throws IOException {
        Duration timeout = Duration.ofMillis(400);
        Reply reply;
        do {
            timeout = timeout.multipliedBy(2);
            groq.close();
            groq = Scripted.start();
            script(says(ANSWER).newBuilder().onResponseBody(CUT).build(), says(ANSWER).newBuilder()
                    .onResponseStart(SocketEffect.Stall.INSTANCE).build());
            reply = chat(within(timeout, config(groq)));
        } while (groq.getRequestCount() < 2);
        assertNoSecrets(assertInstanceOf(Reply.Failed.class, reply));
        assertLogged("could not be reached");
        assertLogged("did not answer in time");
    }

    @Test
    void aToolThatFailsIsNamedWithoutItsArgumentsOrWords() throws IOException {
        script(calls("search", "{\"words\":\"secret-words\"}"), calls("search", "secret-words"),
                calls("secret-words", "{}"), says(ANSWER));
        Tool search = new Tool("search", "", Map.of(), call -> {
            throw new IOException("nothing about " + call.arguments() + " in "
                    + call.question().videoPath() + " for " + call.question().message());
        });
        assertNoSecrets(chat(config(groq), search));
        assertLogged("tool search failed");
    }

    @Test
    void aChatThatGoesWellTellsNothingEither() throws IOException {
        script(calls(SearchMemory.NAME, "{\"words\":\"secret-words\"}"), says(ANSWER));
        Reply reply = chat(config(groq), SearchMemory.tool());
        assertInstanceOf(Reply.Answered.class, reply);
        assertNoSecrets(reply);
    }

    @Test
    void aMemoryThatIsClosedTellsNothing() throws IOException {
        script(says(ANSWER));
        memory.close();
        assertNoSecrets(assertInstanceOf(Reply.Failed.class, chat(config(groq))));
    }

    @Test
    void noPartTellsASecretAboutItself() throws IOException {
        Scripted.Groq config = config(groq);
        try (GroqClient client = GroqClient.open(config.client());
                GroqAgent agent = GroqAgent.open(client, memory.folder, config.agent())) {
            memory.store(QUESTION, ANSWER);
            assertNoSecrets(List.of(config, config.client(), config.agent(), agent, client,
                    memory, question(), memory.records(2), question().image(),
                    new ChatRequest(new ChatRequest.Template("m", "s"), Scripted.offer(),
                            memory.records(2), question())));
        }
    }

    private Reply chat(Scripted.Groq config, Tool... tools) {
        try (GroqAgent agent = Scripted.agent(config, memory.folder, tools)) {
            return agent.chat(question());
        }
    }

    private static Question question() {
        return new Question(QUESTION, Optional.of(new Image("image/png", IMAGE_BYTES)),
                Optional.of("/secret/video"), "request-7");
    }

    private void assertLogged(String text) {
        assertTrue(log.texts().stream().anyMatch(line -> line.contains(text)),
                log.texts().toString());
    }

    /** Neither the object as text nor anything logged so far holds a secret. */
    private void assertNoSecrets(Object object) {
        List<String> texts = new ArrayList<>(log.texts());
        texts.add(object.toString());
        for (String secret : SECRETS) {
            assertEquals(List.of(),
                    texts.stream().filter(text -> text.contains(secret)).toList(), secret);
        }
    }
}
