package vaas.agent.groq;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import vaas.agent.BaseAgent;
import vaas.agent.Question;
import vaas.agent.Reply;
import vaas.agent.Tool;
import vaas.agent.groq.Completion.Answer;
import vaas.agent.groq.Completion.Busy;
import vaas.agent.groq.Completion.Reason;
import vaas.agent.groq.Completion.Refused;
import vaas.agent.groq.Completion.TimedOut;
import vaas.agent.groq.Completion.ToolCall;
import vaas.agent.groq.Completion.ToolCalls;
import vaas.config.Config;
import vaas.config.Setting;
import vaas.json.Json;
import vaas.json.JsonException;
import vaas.memory.Memory;
import vaas.memory.MemoryRecord;
import vaas.memory.MemoryUnavailableException;
import vaas.metrics.Metrics;

/**
 * An agent whose model is reached by Groq's chat completions API, or any like it. A chat builds
 * the prompt, asks, runs the tools that the model calls, and stores question and answer; no lock is
 * held meanwhile, so chats overlap freely. Safe for concurrent use; close it to end its
 * connections.
 */
public final class GroqAgent extends BaseAgent implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(GroqAgent.class.getName());

    /** Rounds of tool calls in one chat; then the model has to answer with what it has. */
    private static final int ROUNDS_MAX = 4;
    /** Calls in one round; more are told so, since each may be costly. */
    private static final int CALLS_MAX = 8;
    /** Longest text of a tool that the model gets to read; the rest is cut. */
    private static final int RESULT_CHARS_MAX = 16 << 10;

    private final Config.Groq config;
    private final GroqClient client;
    private final ChatRequest.Template general;
    private final ChatRequest.Template image;

    /**
     * Sets it up; no connection is made yet.
     *
     * @param config where the model is, and how to speak to it
     * @param memory what it remembers; stays open when the agent is closed
     * @param tools what it may use, unless disabled by the settings
     */
    public GroqAgent(Config.Groq config, Memory memory, List<Tool> tools) {
        this(config, memory, tools, new Metrics());
    }

    /**
     * The same, counting what it does.
     *
     * @param config where the model is, and how to speak to it
     * @param memory what it remembers; stays open when the agent is closed
     * @param tools what it may use, unless disabled by the settings
     * @param metrics where it counts
     */
    public GroqAgent(Config.Groq config, Memory memory, List<Tool> tools, Metrics metrics) {
        super(config.agentName(), memory, tools, config.disabledTools());
        this.config = config;
        this.client = new GroqClient(config, new ModelMetrics(metrics));
        this.general =
                new ChatRequest.Template(config.generalModel(), config.systemPrompt(), tools());
        this.image =
                new ChatRequest.Template(config.imageModel(), config.systemPrompt(), tools());
    }

    @Override
    public Reply chat(Question question) {
        // Before the history is read: a reset in between must fence this answer off.
        long generation = memory().generation();
        List<MemoryRecord> history;
        try {
            memory().requireWritable(); // before a model is paid for what can't be stored
            history = memory().recent(config.agentMemorySize());
        } catch (IOException e) {
            return unavailable(question, e);
        }
        Conversation conversation = new Conversation(question);
        Completion completion = conversation.run(history);
        return completion instanceof Answer answer
                ? store(generation, question, answer.text(), conversation.clipPath)
                : failure(question, completion);
    }

    /** Cuts chats that are still under way and closes the connections. */
    @Override
    public void close() {
        client.close();
    }

    private Reply store(long generation, Question question, String answer,
            Optional<String> clipPath) {
        Optional<MemoryRecord> stored;
        try {
            stored = memory().insert(generation, question.remembered(), answer);
        } catch (MemoryUnavailableException e) {
            return unavailable(question, e);
        } catch (IOException e) {
            LOG.log(System.Logger.Level.ERROR, "id {0}: the turn could not be stored: {1}",
                    question.requestId(), e.toString());
            return new Reply.Failed(Reply.Kind.NOT_STORED,
                    "The turn could not be written to the memory; the disk may be full.");
        }
        if (stored.isEmpty()) {
            LOG.log(System.Logger.Level.INFO, "id {0}: a reset overtook the answer, which is not"
                    + " remembered", question.requestId());
        }
        return new Reply.Answered(answer, clipPath, stored.map(MemoryRecord::messageId));
    }

    private static Reply unavailable(Question question, IOException e) {
        LOG.log(System.Logger.Level.ERROR, "id {0}: the memory could not be used: {1}",
                question.requestId(), e.toString());
        return new Reply.Failed(Reply.Kind.MEMORY_UNAVAILABLE,
                "The memory can't be used until it is reset or the server restarted.");
    }

    private static Setting modelSetting(Question question) {
        return question.image().isPresent()
                ? Setting.GROQ_IMAGE_MODEL : Setting.GROQ_GENERAL_MODEL;
    }

    private Reply failure(Question question, Completion completion) {
        if (completion instanceof Busy busy) {
            return new Reply.Busy(busy.retryAfter(), "The model takes no more requests for now.");
        } else if (completion instanceof TimedOut) {
            return new Reply.Failed(Reply.Kind.TIMEOUT, "The model did not answer within "
                    + Setting.GROQ_TIMEOUT + ".");
        } else if (completion instanceof Refused refused) {
            Setting model = modelSetting(question);
            LOG.log(System.Logger.Level.ERROR, "id {0}: the model API refused {1} of {2}: {3}",
                    question.requestId(), model, config.baseUrl(), refused.reason());
            return refusal(refused.reason(), model);
        }
        return new Reply.Failed(Reply.Kind.MODEL,
                "The model could not be reached or gave no usable answer.");
    }

    private static Reply refusal(Reason reason, Setting model) {
        Reply.Kind kind = reason == Reason.TOO_LONG ? Reply.Kind.TOO_LONG : Reply.Kind.MODEL;
        return new Reply.Failed(kind, switch (reason) {
            case KEY -> "The model API refused the key: check " + Setting.GROQ_API_KEY + ".";
            case MODEL -> "The model is not available: check " + model + ".";
            case ADDRESS -> "The model API knows no such address or model: check "
                    + Setting.GROQ_BASE_URL + " and " + model + ".";
            case TOO_LONG -> "The message is too long for the model.";
            case TOOL_USE -> "The model wrote a tool call that can't be read.";
            case OTHER -> "The model API refused the request.";
        });
    }

    /** The requests that one chat takes. Used by one thread. */
    private final class Conversation {
        private final Question question;
        private final Deadline deadline = Deadline.after(config.timeout());
        private Optional<String> clipPath = Optional.empty();
        private boolean toolUseRetried;

        Conversation(Question question) {
            this.question = question;
        }

        /** Asks with the whole window and, if that is too long for the model, with half of it. */
        Completion run(List<MemoryRecord> history) {
            Completion completion = ask(history);
            boolean tooLong = completion instanceof Refused refused
                    && refused.reason() == Reason.TOO_LONG;
            int half = history.size() / 4 * 2; // whole turns
            return tooLong && !history.isEmpty()
                    ? ask(history.subList(history.size() - half, history.size())) : completion;
        }

        private Completion ask(List<MemoryRecord> history) {
            ChatRequest request = new ChatRequest(
                    question.image().isPresent() ? image : general, history, question);
            for (int round = 0; ; round++) {
                Completion completion = complete(request, round < ROUNDS_MAX);
                if (!(completion instanceof ToolCalls calls)) {
                    return completion;
                }
                if (round == ROUNDS_MAX) {
                    LOG.log(System.Logger.Level.WARNING, "id {0}: the model calls tools without"
                            + " end", question.requestId());
                    return new Completion.Unreachable();
                }
                List<String> results = results(calls.calls());
                if (deadline.hasPassed()) {
                    return new TimedOut();
                }
                request.addToolRound(calls, results);
            }
        }

        private Completion complete(ChatRequest request, boolean mayCall) {
            Piece body = request.body(mayCall);
            Completion completion = ask(body);
            boolean again = !toolUseRetried && completion instanceof Refused refused
                    && refused.reason() == Reason.TOOL_USE;
            toolUseRetried |= again;
            return again ? ask(body) : completion;
        }

        private Completion ask(Piece body) {
            return client.complete(body, deadline, question.requestId());
        }

        private List<String> results(List<ToolCall> calls) {
            List<String> results = new ArrayList<>();
            for (ToolCall call : calls) {
                boolean allowed = results.size() < CALLS_MAX && !deadline.hasPassed();
                results.add(allowed ? result(call)
                        : "Error: at most " + CALLS_MAX + " calls at a time.");
            }
            return results;
        }

        // Whatever goes wrong, the model is told and may do better; the chat goes on.
        private String result(ToolCall call) {
            Optional<Tool> tool =
                    tools().stream().filter(it -> it.name().equals(call.name())).findFirst();
            if (tool.isEmpty()) {
                return "Error: there is no tool of that name.";
            }
            try {
                Map<String, Object> arguments = Json.read(
                        call.arguments().isBlank() ? "{}" : call.arguments());
                Tool.Result result = tool.get().function().call(arguments, question);
                clipPath = result.clipPath().or(() -> clipPath);
                return cut(result.text());
            } catch (JsonException e) {
                return "Error: the arguments can't be used: " + e.getMessage() + ".";
            } catch (Exception e) {
                LOG.log(System.Logger.Level.WARNING, "id {0}: tool {1} failed: {2}",
                        question.requestId(), call.name(), e.getClass().getName());
                return "Error: the tool failed.";
            }
        }

        private static String cut(String text) {
            if (text.length() <= RESULT_CHARS_MAX) {
                return text;
            }
            boolean insidePair = Character.isLowSurrogate(text.charAt(RESULT_CHARS_MAX));
            return text.substring(0, RESULT_CHARS_MAX - (insidePair ? 1 : 0));
        }
    }
}
