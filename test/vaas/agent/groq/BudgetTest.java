package vaas.agent.groq;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static vaas.agent.groq.Scripted.CUT;
import static vaas.agent.groq.Scripted.calls;
import static vaas.agent.groq.Scripted.config;
import static vaas.agent.groq.Scripted.refuses;
import static vaas.agent.groq.Scripted.says;
import static vaas.agent.groq.Scripted.status;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.RecordedRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import vaas.agent.Question;
import vaas.agent.Reply;
import vaas.agent.Reply.Kind;
import vaas.agent.Tool;
import vaas.budget.Budget;

/** What a chat is charged to the budget of the program, and what comes of it when that is short. */
@Timeout(60)
class BudgetTest extends GroqFixture {
    private static final int MIB = 1 << 20;

    private final Budget budget = Budget.of(64L * MIB, 4096); // 16 MiB of it for all shares

    @Test
    void whileOthersHoldTooMuchItIsRefusedForNowAndTheModelIsNotAsked() throws IOException {
        groq.enqueue(says("a1"));
        try (Budget.Share others = ofAnother()) {
            others.take(12 * MIB); // all but what is kept for those who hold little
            assertEquals(Kind.SERVER_FULL, assertInstanceOf(
                    Reply.Failed.class, chat("x".repeat(400_000))).kind());
        }
        assertEquals(0, groq.getRequestCount());
        assertEquals(0, budget.used());
        assertInstanceOf(Reply.Answered.class, chat("x".repeat(400_000)));
        assertEquals(0, budget.used());
    }

    @Test
    void aMessageThatCanNeverFitIsTooLarge() throws IOException {
        Reply.Failed failed = assertInstanceOf(Reply.Failed.class, chat("\u0001".repeat(MIB)));
        assertEquals(Kind.TOO_LARGE, failed.kind());
        assertEquals(0, groq.getRequestCount());
        assertEquals(0, budget.used());
        assertEquals(List.of(), memory.records(20));
    }

    @Test
    void anAnswerThatCanNeverFitIsOfNoUse() throws IOException {
        groq.enqueue(says("x".repeat(4 * MIB)));
        assertEquals(Kind.MODEL, assertInstanceOf(Reply.Failed.class, chat("q")).kind());
        assertEquals(1, groq.getRequestCount());
        assertEquals(0, budget.used());
    }

    @Test
    void anAnswerForWhichThereIsNoRoomNowIsRefusedForNow() throws IOException {
        groq.enqueue(says("x".repeat(MIB)));
        try (Budget.Share others = ofAnother()) {
            others.take(8 * MIB);
            assertEquals(Kind.SERVER_FULL,
                    assertInstanceOf(Reply.Failed.class, chat("q")).kind());
            assertEquals(8 * MIB, budget.used());
        }
        assertEquals(List.of(), memory.records(20));
    }

    /** A share of another thread: what is this one's own would tell that waiting is of no use. */
    private Budget.Share ofAnother() {
        return CompletableFuture.supplyAsync(budget::share).join();
    }

    @Test
    void whatOneTryHeldIsGivenBackBeforeTheNext() throws IOException {
        groq.enqueue(status(503, "x".repeat(MIB)).build());
        groq.enqueue(status(503, "x".repeat(MIB)).build());
        groq.enqueue(says("x".repeat(MIB)));
        assertInstanceOf(Reply.Answered.class, chat("q"));
    }

    @Test
    void whateverBecomesOfAChatAllIsGivenBack() throws IOException {
        memory.store("q".repeat(1000), "a");
        Tool tool = new Tool("tool", "", Map.of("type", "object"),
                call -> Tool.Result.of("x".repeat(10_000)));
        MockResponse refused = refuses(413, "");
        for (MockResponse answer : List.of(says("a"), refuses(401, ""), status(200, "{").build(),
                says("a").newBuilder().onResponseBody(CUT).build(), calls("tool", "{}"), refused)) {
            groq.enqueue(answer);
            groq.enqueue(says("b"));
            chat("q", tool);
            assertEquals(0, budget.used());
        }
        memory.close();
        chat("q");
        assertEquals(0, budget.used());
    }

    @Test
    void historyCountsOnceHoweverManyChatsAskWithIt() throws Exception {
        memory.store("q".repeat(MIB), "a".repeat(MIB));
        int chats = 32;
        CountDownLatch begun = new CountDownLatch(chats);
        CountDownLatch goOn = new CountDownLatch(1);
        groq.setDispatcher(new Dispatcher() {
            @Override
            public MockResponse dispatch(RecordedRequest request) throws InterruptedException {
                begun.countDown();
                goOn.await();
                return says("a");
            }
        });
        try (GroqAgent agent = agent()) {
            List<CompletableFuture<Reply>> replies = Stream.generate(() -> {
                CompletableFuture<Reply> reply = new CompletableFuture<>();
                new Thread(() -> reply.complete(agent.chat(Question.of("q")))).start();
                return reply;
            }).limit(chats).toList();
            begun.await();
            long used = budget.used();
            goOn.countDown();
            for (CompletableFuture<Reply> reply : replies) {
                assertInstanceOf(Reply.Answered.class, reply.get());
            }
            assertTrue(used > 2 * MIB && used < 3 * MIB, "used " + used);
        }
        assertEquals(0, budget.used());
    }

    @Override
    GroqAgent agent(Tool... tools) {
        return GroqAgent.open(config(groq).client(), memory.folder,
                config(groq).agent().tools(tools).budget(budget));
    }
}
