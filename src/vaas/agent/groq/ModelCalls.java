package vaas.agent.groq;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import okhttp3.Call;
import okhttp3.Request;
import okhttp3.Response;
import vaas.agent.AnswerReader;
import vaas.agent.Deadline;
import vaas.agent.Question;
import vaas.agent.ReaderLeftException;
import vaas.agent.client.Caller;
import vaas.agent.client.OneShotBody;
import vaas.budget.Budget;
import vaas.budget.OverBudgetException;

/**
 * The requests of one agent over a client that several may share: one body to one
 * {@link Completion}, retries included. Safe for concurrent use. Logs statuses, codes and the
 * provider's request ids, never a text or the key.
 */
final class ModelCalls implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(ModelCalls.class.getName());

    /** Idle connections found closed in a row; the next one is always new, but for others. */
    private static final int STALE_MAX = 8;

    private final Caller caller;
    private final Request target; // without a body
    private final ModelMetrics metrics;
    private final Set<Call> running = ConcurrentHashMap.newKeySet();
    private final CountDownLatch closed = new CountDownLatch(1);

    ModelCalls(Caller caller, Request target, ModelMetrics metrics) {
        this.caller = caller;
        this.target = target;
        this.metrics = metrics;
    }

    /**
     * Asks until there is an answer, a refusal, or no try left.
     *
     * @param reader gets the text as it comes, if the body asks for that; once it has got some,
     *     nothing is tried again
     * @throws OverBudgetException if there is no room for an answer for now
     * @throws ReaderLeftException if nobody reads any more
     */
    Completion complete(Piece body, Deadline deadline, Question question, Budget.Share share,
            AnswerReader reader) throws IOException {
        for (int retry = 0; ; retry++) {
            reader.read("");
            long start = System.nanoTime();
            Attempt attempt = attempt(body, deadline, question, share, reader, 0);
            long nanos = System.nanoTime() - start;
            metrics.count(attempt.completion, nanos);
            LOG.log(System.Logger.Level.DEBUG, "id {0}: a model call took {1} ms and came to {2}",
                    question.requestId(), Long.toString(nanos / 1_000_000),
                    attempt.completion.getClass().getSimpleName());
            Duration pause = attempt.asked.orElse(
                    Backoff.pause(retry, ThreadLocalRandom.current().nextDouble()));
            boolean tooLong = pause.compareTo(Backoff.OBEYED_MAX) > 0; // for a caller who waits
            if (!attempt.passes || tooLong || retry == Backoff.RETRIES_MAX || isClosed()
                    || pause.compareTo(deadline.remaining()) >= 0) {
                boolean busy = attempt.status == 429 || attempt.passes && tooLong;
                return busy ? new Completion.Busy(pause) : attempt.completion;
            }
            metrics.retries.increment();
            if (waitUnlessClosed(pause)) {
                return new Completion.Unreachable();
            }
        }
    }

    /** Cuts the calls that are under way and the pauses between tries; no more are begun. */
    @Override
    public void close() {
        closed.countDown();
        running.forEach(Call::cancel);
    }

    /** One request: what it comes to if it is the last, whether that may pass, and when. */
    private record Attempt(Completion completion, int status, boolean passes,
            Optional<Duration> asked) {
        Attempt(Completion completion) {
            this(completion, 0, completion instanceof Completion.Unreachable, Optional.empty());
        }
    }

    // What failed because the peer had closed an idle connection is no try.
    private Attempt attempt(Piece asked, Deadline deadline, Question question,
            Budget.Share share, AnswerReader reader, int stale) throws IOException {
        if (isClosed() || deadline.hasPassed() || stale == STALE_MAX) {
            return new Attempt(deadline.hasPassed() && !isClosed()
                    ? new Completion.TimedOut() : new Completion.Unreachable());
        }
        Reuse reuse = new Reuse();
        Call call = begin(asked, question, reuse);
        AnswerBody body = new AnswerBody(share, reader);
        try (body) {
            return caller.call(call, deadline, reader,
                    response -> read(response, body, question.requestId()));
        } catch (OverBudgetException e) {
            LOG.log(System.Logger.Level.WARNING,
                    "id {0}: the answer of the model was not read: {1}", question.requestId(),
                    e.getMessage());
            if (!e.isForGood()) {
                throw e;
            }
            return new Attempt(new Completion.Unusable());
        } catch (ReaderLeftException e) {
            throw e;
        } catch (IOException e) {
            reader.read(""); // which may be why
            caller.http().connectionPool().evictAll(); // or the next one may be stale as well
            if (!reuse.wasStale() || deadline.hasPassed() || isClosed() || call.isCanceled()) {
                return lost(e, deadline, question.requestId(), body.hasBegun());
            }
        } finally {
            running.remove(call);
        }
        LOG.log(System.Logger.Level.DEBUG, "id {0}: an idle connection had been closed",
                question.requestId());
        return attempt(asked, deadline, question, share, reader, stale + 1);
    }

    private Call begin(Piece asked, Question question, Reuse reuse) {
        Request.Builder request = target.newBuilder()
                .post(new OneShotBody(asked.length(), asked.content())).tag(Reuse.class, reuse);
        question.trace().ifPresent(trace -> request.header("traceparent", trace.nextParent()));
        Call call = caller.http().newCall(request.build());
        running.add(call);
        if (isClosed()) {
            call.cancel(); // closed between the look at it and the entry among those running
        }
        return call;
    }

    private static Attempt read(Response response, AnswerBody body, String requestId)
            throws IOException {
        ChatResponse answered = body.read(response);
        Optional<Completion> completion =
                response.isSuccessful() ? answered.completion() : Optional.empty();
        if (completion.isPresent()) {
            body.keepFor(completion.get() instanceof Completion.Answer answer ? answer.text()
                    : ((Completion.ToolCalls) completion.get()).text());
            return new Attempt(completion.get());
        }
        int sent = GroqClient.status(response);
        ModelError error = answered.error(sent);
        LOG.log(System.Logger.Level.WARNING,
                "id {0}: the model answered {1}, code {2}, type {3}, its id {4}", requestId,
                Integer.toString(sent), orDash(error.code()), orDash(error.type()),
                printable(response.header("x-request-id", "-")));
        int status = error.status(sent);
        boolean broken = body.hasBegun() || answered.hasAnswer()
                || status < 300 && error.reason(status) == Reason.OTHER;
        if (!response.isSuccessful() || !broken) {
            return refused(status, error, response);
        }
        return new Attempt(answered.isOfAnotherApi()
                ? new Completion.Refused(Reason.ADDRESS, "", status)
                : new Completion.Unusable()); // and paid for
    }

    private static Attempt refused(int status, ModelError error, Response response) {
        Reason reason = error.reason(status);
        boolean lost = status == 408 || status == 409 || status >= 500 && reason == Reason.OTHER;
        String said = response.header("x-should-retry", ""); // overrides what the status says
        boolean passes = said.equals("true")
                || !said.equals("false") && (lost || status == 429
                        || status > 500 && reason == Reason.MODEL);
        String words = reason == Reason.TOOLS ? error.words() : "";
        return new Attempt(lost ? new Completion.Unreachable()
                : new Completion.Refused(reason, words, status),
                status, passes, Backoff.asked(response::header, Instant.now()));
    }

    private static String orDash(String text) {
        return text.isEmpty() ? "-" : text;
    }

    private static String printable(String text) {
        return text.matches("[!-~]{1,128}") ? text : "-";
    }

    private static Attempt lost(IOException e, Deadline deadline, String requestId,
            boolean begun) {
        if (deadline.hasPassed()) {
            LOG.log(System.Logger.Level.WARNING, "id {0}: the model did not answer in time",
                    requestId);
            return new Attempt(new Completion.TimedOut());
        }
        LOG.log(System.Logger.Level.WARNING, "id {0}: the model could not be reached: {1}",
                requestId, e.getClass().getName());
        return new Attempt(new Completion.Unreachable(), 0, !begun, Optional.empty());
    }

    private boolean isClosed() {
        return closed.getCount() == 0;
    }

    private boolean waitUnlessClosed(Duration pause) {
        try {
            return closed.await(pause.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }
}
