package vaas.agent.groq;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.LongSupplier;
import vaas.agent.AnswerReader;
import vaas.agent.BaseAgent;
import vaas.agent.Deadline;
import vaas.agent.Question;
import vaas.agent.Reply;
import vaas.agent.Tool;
import vaas.agent.ToolSource;
import vaas.agent.client.TimeLimiter;
import vaas.budget.Budget;
import vaas.budget.OverBudgetException;
import vaas.json.JsonString;
import vaas.memory.Conversations;
import vaas.memory.History;
import vaas.memory.Insertion;
import vaas.memory.Memory;
import vaas.memory.MemoryAwayException;
import vaas.memory.MemoryRecord;
import vaas.memory.MemoryUnavailableException;

/**
 * An agent whose model is reached by Groq's chat completions API, or any like it. A chat builds
 * the prompt, asks, runs the tools that the model calls, and stores question and answer; no lock is
 * held meanwhile, so chats overlap freely. Safe for concurrent use; close it to end its chats.
 */
public final class GroqAgent extends BaseAgent implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(GroqAgent.class.getName());

    /** Tools at a time, those included that were left behind at a deadline. */
    private static final int TOOL_THREADS_MAX = 256;
    /** The same of a source: if that hangs, our own tools shall not. */
    private static final int SOURCE_THREADS_MAX = 1024;
    /** When all are taken, most of them have been left behind, and the model is told so. */
    private static final Duration TOOL_PATIENCE = Duration.ofSeconds(1);
    /** What a chat takes of the heap besides texts, as measured: its connection's, for the most. */
    private static final int CHAT_BYTES = 20 << 10;
    /** What a chat takes for each record that it refers to. */
    private static final int REFERENCE_BYTES = 32;

    private final GroqClient client;
    private final boolean ownsClient;
    private final int memorySize;
    private final Budget budget;
    private final Failures failures;
    private final Offer.Declarations declarations = new Offer.Declarations();
    private final Chat.Parts parts;

    private GroqAgent(GroqClient client, boolean ownsClient, Conversations conversations,
            Options options) {
        super(options.name, conversations, options.tools, options.source,
                options.disabledTools, options.timeout);
        this.client = client;
        this.ownsClient = ownsClient;
        this.memorySize = options.memorySize;
        this.budget = options.budget;
        this.failures = new Failures(options.settingNames, client.host());
        this.parts = new Chat.Parts(client.calls(),
                new TimeLimiter("vaas-tool", TOOL_THREADS_MAX, TOOL_PATIENCE),
                new TimeLimiter("vaas-call", SOURCE_THREADS_MAX, TOOL_PATIENCE),
                new ToolRefusals(options.nanoTime), options.settingNames,
                new ChatRequest.Template(options.generalModel, options.systemPrompt),
                new ChatRequest.Template(options.imageModel, options.systemPrompt));
    }

    /**
     * Sets it up over a client that it may share with others; both client and conversations stay
     * open when the agent is closed.
     *
     * @throws IllegalArgumentException if two tools have one name, or there are more than 128
     */
    public static GroqAgent open(
            GroqClient client, Conversations conversations, Options options) {
        return new GroqAgent(client, false, conversations, options);
    }

    /** The same with a client of its own, which is closed with it; the conversations stay open. */
    public static GroqAgent open(GroqClient.Options client, Conversations conversations,
            Options options) {
        GroqClient own = GroqClient.open(client);
        try {
            return new GroqAgent(own, true, conversations, options);
        } catch (RuntimeException e) {
            own.close();
            throw e;
        }
    }

    /** Options with their defaults. */
    public static Options options() {
        return new Options();
    }

    @Override
    public OptionalInt memorySize() {
        return OptionalInt.of(memorySize);
    }

    @Override
    protected Reply chat(Conversations.Lease in, Question question, Deadline deadline,
            AnswerReader reader) throws IOException {
        Optional<Reply> reply;
        do {
            reply = attempt(in, question, deadline, reader);
        } while (reply.isEmpty());
        return reply.get();
    }

    /** Empty if somebody else spoke meanwhile, and nothing of the answer has been shown. */
    private Optional<Reply> attempt(Conversations.Lease in, Question question, Deadline deadline,
            AnswerReader reader) throws IOException {
        try (Budget.Share share = budget.share()) {
            Offer offer = new Offer(tools(question), tools().size(), declarations);
            Chat chat = new Chat(parts, offer, in, question, deadline, share, reader);
            share.take(CHAT_BYTES + 2L * JsonString.lengthOf(question.remembered())); // in a line
            in.memory().requireWritable(); // before a model is paid for what can't be stored
            History history = in.memory().latest(memorySize);
            hold(history.records(), share);
            Completion completion = chat.run(history.records());
            reader.read(""); // while nothing is stored yet
            if (!(completion instanceof Completion.Answer answer)) {
                return Optional.of(failures.reply(question, completion, chat.tooLong()));
            }
            Optional<Reply> stored =
                    store(in.memory(), history, question, answer.text(), chat.clipPath());
            return chat.isShown() && isAnother(stored) ? Optional.of(overtaken()) : stored;
        }
    }

    /** Cuts chats that are still under way, and ends its threads. */
    @Override
    public void close() {
        client.end(parts.calls());
        parts.toolThreads().close();
        parts.sourceThreads().close();
        if (ownsClient) {
            client.close();
        }
    }

    // So that records which leave the window meanwhile stay counted for as long as they are here.
    private static void hold(List<MemoryRecord> history, Budget.Share share)
            throws OverBudgetException {
        share.take((long) REFERENCE_BYTES * history.size());
        share.hold(history.stream().map(MemoryRecord::json).toList(), JsonString::length);
    }

    private static Optional<Reply> store(Memory memory, History history, Question question,
            String answer, Optional<String> clipPath) throws IOException {
        Insertion stored;
        try {
            stored = memory.insert(history, question.remembered(), answer,
                    question.key().orElse(null));
        } catch (OverBudgetException | MemoryUnavailableException | MemoryAwayException e) {
            throw e;
        } catch (IOException e) {
            LOG.log(System.Logger.Level.ERROR, "id {0}: the turn could not be stored: {1}",
                    question.requestId(), e.toString());
            return Optional.of(notStored());
        }
        if (stored instanceof Insertion.Stored turn) {
            return Optional.of(new Reply.Answered(
                    answer, clipPath, Optional.of(turn.answer().messageId())));
        } else if (stored instanceof Insertion.Present present) {
            return Optional.of(replay(question, present.turn()));
        } else if (stored instanceof Insertion.Overtaken) {
            LOG.log(System.Logger.Level.INFO, "id {0}: somebody else spoke meanwhile; it is asked"
                    + " again", question.requestId());
            return question.key().isEmpty() ? Optional.empty()
                    : memory.byKey(question.key().get()).map(turn -> replay(question, turn));
        }
        LOG.log(System.Logger.Level.INFO, "id {0}: a reset overtook the answer, which is not"
                + " remembered", question.requestId());
        return Optional.of(new Reply.Answered(answer, clipPath, Optional.empty()));
    }

    /** Whether it is none to what was shown, but that of somebody else, or to be made anew. */
    private static boolean isAnother(Optional<Reply> reply) {
        return reply.isEmpty() || reply.get() instanceof Reply.Answered known && known.replayed();
    }

    private static Reply overtaken() {
        return new Reply.Failed(Reply.Kind.MEMORY_AWAY,
                "Somebody else spoke in this conversation meanwhile.");
    }

    /** How an agent is set up. Not safe for concurrent use; copied by the agent. */
    public static final class Options {
        public static final String GENERAL_MODEL = "openai/gpt-oss-120b";
        public static final String IMAGE_MODEL = "qwen/qwen3.8-27b";
        public static final String SYSTEM_PROMPT =
                "You are a helpful assistant. Answer briefly and truthfully.";

        private String name = "vaas";
        private String generalModel = GENERAL_MODEL;
        private String imageModel = IMAGE_MODEL;
        private String systemPrompt = SYSTEM_PROMPT;
        private int memorySize = 20;
        private Duration timeout = Duration.ofSeconds(60);
        private List<Tool> tools = List.of();
        private ToolSource source = ToolSource.NONE;
        private Set<String> disabledTools = Set.of();
        private Budget budget = Budget.ofThisProcess();
        private SettingNames settingNames = SettingNames.PLAIN;
        private LongSupplier nanoTime = System::nanoTime;

        private Options() {}

        /** The agent's name; "vaas" by default. */
        public Options name(String itsName) {
            name = itsName;
            return this;
        }

        /** Model for messages without an image. */
        public Options generalModel(String model) {
            generalModel = model;
            return this;
        }

        /** Model for messages with an image. */
        public Options imageModel(String model) {
            imageModel = model;
            return this;
        }

        /** First message of every prompt; if empty, none is sent. */
        public Options systemPrompt(String text) {
            systemPrompt = text;
            return this;
        }

        /** Records of history in a prompt, at least 0, in whole turns; 20 by default. */
        public Options memorySize(int records) {
            if (records < 0) {
                throw new IllegalArgumentException(
                        "records are " + records + ", expected at least 0");
            }
            memorySize = records;
            return this;
        }

        /** Time for one chat, over all tries, rounds and tools; 60 seconds by default. */
        public Options timeout(Duration each) {
            timeout = each;
            return this;
        }

        /** What the model may call, in this order, unless disabled. */
        public Options tools(Tool... offered) {
            tools = List.of(offered);
            return this;
        }

        /** Where more of them come from; closed by whoever opened it. By default nowhere. */
        public Options source(ToolSource more) {
            source = more;
            return this;
        }

        /** Names of tools to leave out. */
        public Options disabledTools(Set<String> names) {
            disabledTools = Set.copyOf(names);
            return this;
        }

        /** What chats are charged to: the program's, if it has one; by default one alone. */
        public Options budget(Budget shared) {
            budget = shared;
            return this;
        }

        /** For tests: what tells when an hour is over. */
        Options nanoTime(LongSupplier clock) {
            nanoTime = clock;
            return this;
        }

        /** What the sentences for callers call the settings; by default in plain words. */
        public Options settingNames(SettingNames names) {
            settingNames = names;
            return this;
        }
    }
}
