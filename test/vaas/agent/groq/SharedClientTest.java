package vaas.agent.groq;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static vaas.agent.groq.Scripted.config;
import static vaas.agent.groq.Scripted.refuses;
import static vaas.agent.groq.Scripted.says;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.RecordedRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import vaas.agent.Image;
import vaas.agent.Question;
import vaas.agent.Reply;
import vaas.metrics.Metrics;

/** Agents as a program of one's own sets them up: over one client, by options with defaults. */
@Timeout(60)
class SharedClientTest extends GroqFixture {
    @Test
    void servesManyAgentsOverOneConnectionAndCountsForAll() {
        groq.enqueue(says("a1"));
        groq.enqueue(says("a2"));
        Metrics metrics = new Metrics();
        try (GroqClient client = GroqClient.open(config(groq).client().metrics(metrics));
                GroqAgent one = open(client); GroqAgent two = open(client)) {
            assertInstanceOf(Reply.Answered.class, one.chat(Question.of("q1")));
            assertInstanceOf(Reply.Answered.class, two.chat(Question.of("q2")));
        }
        assertEquals(List.of(0, 1), List.of(Scripted.taken(groq).getExchangeIndex(),
                Scripted.taken(groq).getExchangeIndex()));
        assertTrue(metrics.text().contains("vaas_model_calls_total{outcome=\"answered\"} 2\n"));
    }

    @Test
    void anAgentThatIsClosedCutsItsOwnChatsAndLeavesItOpen() throws Exception {
        CountDownLatch begun = new CountDownLatch(2);
        CountDownLatch goOn = new CountDownLatch(1);
        groq.setDispatcher(new Dispatcher() {
            @Override
            public MockResponse dispatch(RecordedRequest request) throws InterruptedException {
                begun.countDown();
                goOn.await();
                return says("a");
            }
        });
        try (GroqClient client = GroqClient.open(config(groq).client());
                GroqAgent other = open(client)) {
            GroqAgent closed = open(client);
            CompletableFuture<Reply> cut = begin(closed, "q1");
            CompletableFuture<Reply> kept = begin(other, "q2");
            begun.await();
            closed.close();
            closed.close();
            assertInstanceOf(Reply.Failed.class, cut.get());
            goOn.countDown();
            assertInstanceOf(Reply.Answered.class, kept.get());
            assertInstanceOf(Reply.Failed.class, closed.chat(Question.of("q3")));
            assertInstanceOf(Reply.Answered.class, other.chat(Question.of("q4")));
        }
    }

    @Test
    void onceClosedItServesNobodyWhoComesLater() {
        GroqClient client = GroqClient.open(config(groq).client());
        client.close();
        client.close();
        try (GroqAgent agent = open(client)) {
            assertInstanceOf(Reply.Failed.class, agent.chat(Question.of("q")));
        }
        assertEquals(0, groq.getRequestCount());
    }

    @Test
    void withoutNamesOfSettingsTheSentencesSpeakPlainly() {
        groq.enqueue(refuses(401, ""));
        groq.enqueue(refuses(404, "model_not_found"));
        groq.enqueue(refuses(404, "model_not_found"));
        groq.enqueue(refuses(404, ""));
        try (GroqAgent agent = GroqAgent.open(
                config(groq).client(), memory.folder, GroqAgent.options())) {
            Question image = new Question("", Optional.of(new Image("image/png", "iVBORw==")),
                    Optional.empty(), "id");
            assertEquals(List.of("The model API refused the key: check the key.",
                            "The model is not available: check the model.",
                            "The model is not available: check the model for images.",
                            "The model API knows no such address or model: check the address and"
                                    + " the model."),
                    List.of(detail(agent.chat(Question.of("q"))),
                            detail(agent.chat(Question.of("q"))), detail(agent.chat(image)),
                            detail(agent.chat(Question.of("q")))));
        }
    }

    @Test
    void anAgentBuiltByNameAsksWithWhatItWasGiven() {
        groq.enqueue(says("a"));
        try (GroqAgent agent = GroqAgent.open(config(groq).client(), memory.folder,
                GroqAgent.options()
                .name("Ann").generalModel("some-model").systemPrompt("").memorySize(0))) {
            agent.chat(Question.of("q"));
            assertEquals("Ann", agent.name());
        }
        assertEquals("{\"model\":\"some-model\",\"messages\":"
                        + "[{\"role\":\"user\",\"content\":\"q\"}]}",
                Scripted.taken(groq).getBody().utf8());
    }

    // On a thread of its own: the pool that all share may have one only, and both chats block.
    private static CompletableFuture<Reply> begin(GroqAgent agent, String message) {
        CompletableFuture<Reply> reply = new CompletableFuture<>();
        new Thread(() -> reply.complete(agent.chat(Question.of(message)))).start();
        return reply;
    }

    private GroqAgent open(GroqClient client) {
        return GroqAgent.open(client, memory.folder, GroqAgent.options());
    }

    private static String detail(Reply reply) {
        return assertInstanceOf(Reply.Failed.class, reply).detail();
    }
}
