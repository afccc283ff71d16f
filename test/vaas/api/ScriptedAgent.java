package vaas.api;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import vaas.agent.AnswerReader;
import vaas.agent.BaseAgent;
import vaas.agent.Deadline;
import vaas.agent.Question;
import vaas.agent.Reply;
import vaas.agent.ToolSource;
import vaas.memory.Conversations;
import vaas.memory.Insertion;
import vaas.memory.Memory;

/** An agent without a model: it does what a test tells it, by default remembers and answers. */
public final class ScriptedAgent extends BaseAgent {
    public static final String ANSWER = "Good day.";

    /** All that was asked. */
    public final List<Question> questions = new CopyOnWriteArrayList<>();
    private final ThreadLocal<Conversations.Lease> leases = new ThreadLocal<>(); // of this chat
    private final ThreadLocal<AnswerReader> readers = new ThreadLocal<>();
    private volatile Script script = this::remember;

    /** What becomes of a question. */
    @FunctionalInterface
    public interface Script {
        Reply answer(Question question) throws Exception;
    }

    ScriptedAgent(String name, Conversations conversations) {
        super(name, conversations, List.of(), ToolSource.NONE, Set.of(),
                Duration.ofSeconds(60));
    }

    public void script(Script other) {
        script = other;
    }

    /** Answers as by default, but only after a latch; the other says that it has begun. */
    public void hang(CountDownLatch begun, CountDownLatch goOn) {
        script(question -> {
            begun.countDown();
            goOn.await();
            return remember(question);
        });
    }

    /** What the chat of this thread is about. */
    Memory memory() {
        return leases.get().memory();
    }

    /** Hands a part of the answer to whoever reads it while it is written. */
    public void write(String text) throws IOException {
        readers.get().read(text);
    }

    public Reply remember(Question question) throws IOException {
        return remember(question, ANSWER);
    }

    public Reply remember(Question question, String answer) throws IOException {
        Memory memory = memory();
        Insertion done = memory.insert(memory.latest(0), question.remembered(), answer,
                question.key().orElse(null));
        return new Reply.Answered(answer, Optional.empty(), done instanceof Insertion.Stored stored
                ? Optional.of(stored.answer().messageId()) : Optional.empty());
    }

    @Override
    public OptionalInt memorySize() {
        return OptionalInt.of(20);
    }

    @Override
    protected Reply chat(Conversations.Lease in, Question question, Deadline deadline,
            AnswerReader reader) {
        leases.set(in);
        readers.set(reader);
        questions.add(question);
        try {
            return script.answer(question);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
