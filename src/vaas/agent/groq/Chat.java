package vaas.agent.groq;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import vaas.agent.AnswerReader;
import vaas.agent.Deadline;
import vaas.agent.Question;
import vaas.agent.Tool;
import vaas.agent.client.TimeLimiter;
import vaas.budget.Budget;
import vaas.json.JsonException;
import vaas.memory.Conversations;
import vaas.memory.MemoryRecord;

/**
 * The requests and tool calls that one question takes, within one deadline. Used by one thread,
 * while tools run on others.
 */
final class Chat {
    private static final System.Logger LOG = System.getLogger(Chat.class.getName());

    /** Rounds of tool calls in one chat; then the model has to answer with what it has. */
    private static final int ROUNDS_MAX = 4;
    /** Calls in one round; more are told so, since each may be costly. */
    private static final int CALLS_MAX = 8;
    /** Longest text of a tool that the model gets to read; the rest is cut. */
    private static final int RESULT_CHARS_MAX = 16 << 10;

    /** By which a server may say that it can't read what tools are offered. */
    private static final Set<Integer> UNREADABLE = Set.of(400, 413, 422);

    /** For which it may be the tools that do not fit. */
    private static final Set<Reason> MAYBE_TOOLS =
            Set.of(Reason.OTHER, Reason.TOO_LONG, Reason.TOOL_USE);

    private final Parts parts;
    private final ChatRequest.Template template;
    private final Offer offer;
    private final Conversations.Lease in;
    private final Question question;
    private final Deadline deadline;
    private final Budget.Share share;
    private final AnswerReader reader; // of a streamed answer, or nobody
    private final RoundTexts texts;
    private List<MemoryRecord> history = List.of(); // what the model is shown of it
    private Optional<String> clipPath = Optional.empty();
    private boolean shortened; // the history
    private boolean tooledUp; // the prompt, by results
    private boolean toolUseRetried;
    private Set<String> withoutTools; // names of those that the model does not take

    /** What all chats of an agent use. */
    record Parts(ModelCalls calls, TimeLimiter toolThreads, TimeLimiter sourceThreads,
            ToolRefusals refusals, SettingNames names, ChatRequest.Template text,
            ChatRequest.Template image) {}

    Chat(Parts parts, Offer offer, Conversations.Lease in, Question question, Deadline deadline,
            Budget.Share share, AnswerReader reader) {
        this.parts = parts;
        this.offer = offer;
        this.reader = reader;
        this.texts = new RoundTexts(reader);
        this.in = in;
        this.question = question;
        this.deadline = deadline;
        this.share = share;
        this.template = question.image().isPresent() ? parts.image() : parts.text();
        this.withoutTools = parts.refusals().of(template.model());
    }

    /**
     * Asks with the whole history and, as long as that is too long for the model, with half as many
     * of its turns, down to none.
     */
    Completion run(List<MemoryRecord> whole) throws IOException {
        history = whole;
        Completion completion = rounds();
        while (isRefused(completion, Reason.TOO_LONG) && !history.isEmpty() && !texts.isShown()) {
            int half = history.size() / 4 * 2; // whole turns
            shortened = true;
            history = history.subList(history.size() - half, history.size());
            completion = rounds();
        }
        return completion;
    }

    /** What did not fit the model when it took not even this. */
    String tooLong() {
        return tooledUp ? "The message and what the tools said to it are too long for the model."
                : shortened ? "The message is too long for the model, even without the history."
                : "The message is too long for the model; there is no history to leave out.";
    }

    /** The file that a tool made for the caller, the last one if there are several. */
    Optional<String> clipPath() {
        return clipPath;
    }

    boolean isShown() {
        return texts.isShown();
    }

    private Completion rounds() throws IOException {
        tooledUp = false;
        texts.begin("");
        ChatRequest request = new ChatRequest(template, offer, history, question);
        for (int round = 0; ; round++) {
            Completion completion = oneRound(request, round < ROUNDS_MAX);
            if (completion instanceof Completion.Answer answer) {
                return new Completion.Answer(texts.joined(answer.text()));
            }
            if (!(completion instanceof Completion.ToolCalls calls)) {
                return completion;
            }
            boolean offered = round < ROUNDS_MAX && calls.calls().stream()
                    .anyMatch(call -> tool(call).isPresent());
            if (!offered && !calls.text().isBlank()) {
                return new Completion.Answer(texts.joined(calls.text()));
            }
            if (round == ROUNDS_MAX) {
                LOG.log(System.Logger.Level.WARNING, "id {0}: the model calls tools without end",
                        question.requestId());
                return new Completion.Unusable();
            }
            texts.begin(texts.joined(calls.text()));
            Optional<Completion> end = callTools(request, calls);
            if (end.isPresent()) {
                return end.get();
            }
        }
    }

    private Completion oneRound(ChatRequest request, boolean mayCall) throws IOException {
        Completion completion = send(request, mayCall, withoutTools);
        if (!toolUseRetried && isRefused(completion, Reason.TOOL_USE)) {
            toolUseRetried = true;
            completion = send(request, mayCall, withoutTools);
        }
        Set<String> fewer = fewer(completion);
        while (fewer.size() > withoutTools.size()) {
            Completion refused = completion;
            withoutTools = fewer;
            completion = send(request, mayCall, withoutTools);
            if (!isRefused(completion, Reason.TOOLS) && !isRefused(completion, Reason.OTHER)) {
                tellRefusal(isRefused(refused, Reason.TOOLS) || isRefused(refused, Reason.OTHER));
            }
            fewer = fewer(completion);
        }
        return completion;
    }

    // What to ask without next, each once: what the error names, else those of the source, else,
    // if it speaks of tools, all.
    private Set<String> fewer(Completion completion) {
        List<Set<String>> steps = List.of();
        if (completion instanceof Completion.Refused refused && refused.reason() == Reason.TOOLS) {
            steps = List.of(withoutTools.isEmpty()
                    ? ToolRefusals.named(refused.words(), offer.tools()) : Set.of(),
                    offer.namesFromSource(), offer.names());
        } else if (completion instanceof Completion.Refused refused
                && MAYBE_TOOLS.contains(refused.reason())
                && UNREADABLE.contains(refused.status())) {
            steps = List.of(offer.namesFromSource());
        }
        Set<String> fewer = new HashSet<>(withoutTools);
        steps.stream().filter(step -> !withoutTools.containsAll(step)).findFirst()
                .ifPresent(fewer::addAll);
        return fewer;
    }

    private void tellRefusal(boolean lasting) {
        if (!lasting || parts.refusals().remember(template.model(), withoutTools)) {
            LOG.log(System.Logger.Level.WARNING, "id {0}: the model {1} does not take these tools,"
                    + " so it is asked without them{2}; put them into {3}: {4}",
                    question.requestId(), template.model(), lasting ? " for an hour" : "",
                    parts.names().disabledTools(),
                    String.join(",", new TreeSet<>(withoutTools)));
        }
    }

    private Completion send(ChatRequest request, boolean mayCall, Set<String> without)
            throws IOException {
        boolean streamed = reader != AnswerReader.NONE;
        return parts.calls().complete(request.body(mayCall, without, streamed), deadline,
                question, share, streamed ? texts : reader);
    }

    private static boolean isRefused(Completion completion, Reason reason) {
        return completion instanceof Completion.Refused refused && refused.reason() == reason;
    }

    /** Adds the results to the request, unless they end the chat. */
    private Optional<Completion> callTools(ChatRequest request, Completion.ToolCalls calls)
            throws IOException {
        long before = request.ownLength();
        try {
            request.addToolRound(calls, results(calls.calls()));
        } catch (TimeoutException e) {
            return Optional.of(new Completion.TimedOut());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.of(new Completion.Unreachable());
        }
        tooledUp = true;
        share.take(request.ownLength() - before);
        return Optional.empty();
    }

    private List<String> results(List<Completion.ToolCall> calls)
            throws TimeoutException, InterruptedException, IOException {
        List<String> results = new ArrayList<>();
        for (Completion.ToolCall call : calls) {
            results.add(results.size() < CALLS_MAX ? result(call)
                    : "Error: at most " + CALLS_MAX + " calls at a time.");
        }
        return results;
    }

    // Whatever goes wrong, the model is told and may do better; the chat goes on.
    private String result(Completion.ToolCall call)
            throws TimeoutException, InterruptedException, IOException {
        Optional<Tool> tool = tool(call);
        if (tool.isEmpty()) {
            return "Error: there is no tool of that name.";
        }
        Map<String, Object> arguments;
        try {
            arguments = call.parsed();
        } catch (JsonException e) {
            return "Error: the arguments can't be used: " + e.getMessage() + ".";
        }
        try {
            TimeLimiter threads =
                    offer.isOwn(tool.get()) ? parts.toolThreads() : parts.sourceThreads();
            Tool.Result result = threads.call(() -> tool.get().function().call(
                    new Tool.Call(arguments, in, question, history, deadline)), deadline, reader);
            clipPath = result.clipPath().or(() -> clipPath);
            return cut(result.text());
        } catch (TimeoutException e) {
            logFailure(call, e);
            throw e;
        } catch (ExecutionException e) {
            return failed(call, e.getCause());
        } catch (RuntimeException e) { // no thread for it, or a result that is none
            return failed(call, e);
        }
    }

    // What befell the JVM, and not the tool alone, is not hidden. A stack that a tool fills is its
    // own, so that says nothing of the JVM.
    private String failed(Completion.ToolCall call, Throwable failure) {
        logFailure(call, failure);
        if (failure instanceof VirtualMachineError error
                && !(failure instanceof StackOverflowError)) {
            throw error;
        }
        return "Error: the tool failed.";
    }

    private void logFailure(Completion.ToolCall call, Throwable failure) {
        LOG.log(System.Logger.Level.WARNING, "id {0}: tool {1} failed: {2}",
                question.requestId(), call.name(), failure.getClass().getName());
    }

    private Optional<Tool> tool(Completion.ToolCall call) {
        return withoutTools.contains(call.name()) ? Optional.empty() : offer.tool(call.name());
    }

    private static String cut(String text) {
        if (text.length() <= RESULT_CHARS_MAX) {
            return text;
        }
        boolean insidePair = Character.isLowSurrogate(text.charAt(RESULT_CHARS_MAX));
        return text.substring(0, RESULT_CHARS_MAX - (insidePair ? 1 : 0));
    }
}
