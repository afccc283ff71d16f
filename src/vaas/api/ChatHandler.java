package vaas.api;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import vaas.agent.BaseAgent;
import vaas.agent.Reply;
import vaas.budget.Budget;
import vaas.http.Problem;
import vaas.http.Request;
import vaas.http.Response;
import vaas.http.Route;
import vaas.http.Workers;
import vaas.metrics.Counter;
import vaas.metrics.Histogram;

/**
 * {@code POST /chat}: a body to a question, a reply to a status. No more chats are let in than
 * there are places, and no more of their text than the budget has room for: both are 503.
 */
final class ChatHandler implements Route {
    private static final System.Logger LOG = System.getLogger(ChatHandler.class.getName());
    private static final Map<String, String> REPLAY = Map.of("Idempotency-Replayed", "true");

    /** What a chat costs until its answer is written, besides its text. */
    private static final int CHAT_BYTES = 8 << 10;
    /** Of a question that waits for its answer, and of an answer that waits to be read. */
    static final int CHAR_BYTES = 2;

    private final BaseAgent agent;
    private final Semaphore places;
    private final Budget budget;
    private final Histogram duration;
    private final Counter replays;
    private final ExecutorService threads; // of chats whose answers are streamed, one a place
    private final Set<ChatStream> streams = ConcurrentHashMap.newKeySet();
    private final Duration silence; // after which a stream begins, if only with a comment
    private final ChatStream.Shared shared; // by all streams

    ChatHandler(BaseAgent agent, ApiOptions options) {
        this.agent = agent;
        int chatsMax = options.chatsMax;
        this.places = new Semaphore(chatsMax);
        this.budget = options.budget;
        this.duration = options.metrics.histogram("vaas_chat_duration_seconds",
                "Chats, from the question read to the answer written, failed ones included.");
        this.replays = options.metrics.counter("vaas_chat_replays_total",
                "Chats answered from the memory, since their Idempotency-Key was known.");
        options.metrics.gauge("vaas_in_flight_chats", "Chats under way.",
                () -> chatsMax - places.availablePermits());
        options.metrics.gauge("vaas_in_flight_streams",
                "Streamed answers that are not all sent.", streams::size);
        this.silence = options.silence;
        this.shared = new ChatStream.Shared(options.pause,
                options.metrics.histogram("vaas_stream_first_delta_seconds",
                        "From the question read to the first text of a streamed answer."),
                options.metrics.counter("vaas_streams_left_total",
                        "Streamed answers whose reader left, or was cut, before the end."));
        this.threads = Workers.start("vaas-chat", Integer.MAX_VALUE);
    }

    /**
     * Has chats whose answers are streamed end with an error, unless they are stored already.
     *
     * @return whether there are any
     */
    boolean stop() {
        streams.forEach(ChatStream::stop);
        return !streams.isEmpty();
    }

    @Override
    public BodyUse bodyUse() {
        return BodyUse.READ;
    }

    @Override
    public Response handle(Request request) throws IOException {
        BodyType.check(request.headers());
        Budget.Share share = budget.share();
        try {
            share.take(CHAT_BYTES);
            Asked asked = Asked.read(request, share, budget);
            if (!places.tryAcquire()) {
                throw ProblemType.TOO_MANY_CHATS.askAgain("Too many chats are under way.");
            }
            long start = System.nanoTime();
            return asked.streamed() ? stream(asked, share, start) : chat(asked, share, start);
        } catch (IOException | RuntimeException | Error e) {
            share.close();
            throw e;
        }
    }

    /** A chat has its place, and its clock runs, until its answer is written, or could not be. */
    private Response chat(Asked asked, Budget.Share share, long start) {
        Runnable end = () -> {
            duration.since(start);
            places.release();
            share.close();
        };
        try {
            return answer(agent.chat(asked.conversation(), asked.question()), asked.conversation(),
                    share).whenEnded(end);
        } catch (RuntimeException | Error e) {
            end.run();
            throw e;
        }
    }

    /** Here the place is free again when the agent has ended, however slowly the client reads. */
    private Response stream(Asked asked, Budget.Share share, long start) throws IOException {
        ChatStream stream = new ChatStream(budget.share(), asked.conversation(), shared);
        streams.add(stream);
        Runnable end = () -> {
            stream.close();
            streams.remove(stream);
            duration.since(start);
        };
        try {
            begin(asked, stream, share);
            Response answer = Response.of(200, "text/event-stream", Response.UNKNOWN, stream)
                    .with(Map.of("X-Accel-Buffering", "no")).whenEnded(end);
            return stream.awaitBegin(silence) ? answer.with(REPLAY) : answer;
        } catch (IOException | RuntimeException | Error e) {
            end.run();
            throw e;
        }
    }

    private void begin(Asked asked, ChatStream stream, Budget.Share share) throws Problem {
        try {
            threads.execute(() -> answer(asked, stream, share));
        } catch (RejectedExecutionException e) {
            places.release();
            throw ProblemType.TOO_MANY_CHATS.askAgain("There is no thread for the chat.");
        }
    }

    // Whatever happens, the stream ends; before that, the place is free.
    private void answer(Asked asked, ChatStream stream, Budget.Share share) {
        Runnable end = () -> stream.end(new Problem(500, "Something went wrong here."));
        try (share) {
            Reply reply = agent.chat(asked.conversation(), asked.question(), stream);
            end = () -> end(reply, stream);
        } catch (RuntimeException | Error e) {
            LOG.log(System.Logger.Level.ERROR, "id {0}: {1} in a streamed chat",
                    asked.question().requestId(), e.getClass().getName());
        } finally {
            places.release();
        }
        end.run();
    }

    private void end(Reply reply, ChatStream stream) {
        if (reply instanceof Reply.Answered answered) {
            count(answered);
            stream.end(answered);
        } else {
            stream.end(problem(reply));
        }
    }

    private void count(Reply.Answered answered) {
        if (answered.replayed()) {
            replays.increment();
        }
    }

    private Response answer(Reply reply, String conversation, Budget.Share share) {
        if (reply instanceof Reply.Answered answered) {
            share.count((long) answered.message().length() * CHAR_BYTES);
            ChatAnswer body = new ChatAnswer(answered, conversation);
            Response answer = Response.of(200, "application/json", body.length(), body);
            count(answered);
            return answered.replayed() ? answer.with(REPLAY) : answer;
        }
        return problem(reply).toResponse();
    }

    private static Problem problem(Reply reply) {
        if (reply instanceof Reply.Busy busy) {
            return ProblemType.MODEL_BUSY.problem(busy.detail()).retryAfter(busy.retryAfter());
        }
        Reply.Failed failed = (Reply.Failed) reply;
        String detail = failed.detail();
        return switch (failed.kind()) {
            case MODEL -> new Problem(502, detail);
            case TIMEOUT -> new Problem(504, detail);
            case TOO_LONG -> ProblemType.TOO_LONG_FOR_MODEL.problem(detail);
            case TOO_LARGE -> ProblemType.TOO_LONG_FOR_SERVER.problem(detail);
            case SERVER_FULL -> ProblemType.SERVER_FULL.askAgain(detail);
            case NOT_STORED -> ProblemType.MEMORY_FULL.problem(detail);
            case MEMORY_UNAVAILABLE -> ProblemType.MEMORY_UNAVAILABLE.problem(detail);
            case MEMORY_AWAY -> ProblemType.MEMORY_AWAY.askAgain(detail);
            case MAYBE_STORED -> ProblemType.MAYBE_STORED.askAgain(detail);
            case LEFT -> ProblemType.STOPPING.askAgain("The server is stopping.");
            case KEY_REUSED -> ProblemType.KEY_REUSED.problem(detail);
            case LINE_FULL -> ProblemType.LINE_FULL.askAgain(detail);
            case ALL_IN_USE -> ProblemType.TOO_MANY_IN_USE.askAgain(detail);
            case TOO_MANY_CONVERSATIONS -> ProblemType.TOO_MANY_CONVERSATIONS.problem(detail);
        };
    }
}
