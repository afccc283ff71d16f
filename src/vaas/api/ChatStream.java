package vaas.api;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import vaas.agent.AnswerReader;
import vaas.agent.Reply;
import vaas.budget.Budget;
import vaas.http.Problem;
import vaas.http.Response;
import vaas.json.JsonString;
import vaas.metrics.Counter;
import vaas.metrics.Histogram;

/**
 * An answer as server-sent events (WHATWG): a buffer between the agent, which never waits, and a
 * client, which may be slow. What is not sent yet is charged to a share of the budget. One thread
 * writes it to the client; any other may hand in text, or stop it.
 */
final class ChatStream implements AnswerReader, Response.Body {
    /** Heap for a char of text: itself, and its JSON while that is written. */
    private static final int CHAR_BYTES = 5;
    /** Heap for a piece of text besides. */
    private static final int PIECE_BYTES = 80;
    /**
     * What all streams use.
     *
     * @param pause after which a comment is written
     */
    record Shared(Duration pause, Histogram firstDelta, Counter left) {}

    private final Budget.Share share;
    private final String conversation;
    private final Shared shared;
    private final long startNanos = System.nanoTime();

    // Guarded by this.
    private final Deque<String> pieces = new ArrayDeque<>(); // not sent yet
    private long writing; // cost of the piece that is being written
    private int given; // chars of the answer so far
    private boolean refuses; // more text
    private boolean closed;
    private Reply.Answered answered; // at most one of these two, and then there is no more text
    private Problem problem;

    /** Begins it; the share is closed with it. */
    ChatStream(Budget.Share share, String conversation, Shared shared) {
        this.share = share;
        this.conversation = conversation;
        this.shared = shared;
    }

    @Override
    public synchronized void read(String text) throws IOException {
        if (refuses) {
            throw new IOException("nobody reads");
        }
        share.take(text.isEmpty() ? 0 : cost(text));
        add(text);
    }

    /** Ends it with an answer, of which the rest follows. */
    synchronized void end(Reply.Answered reply) {
        String message = reply.message();
        String rest = message.substring(Math.min(given, message.length()));
        if (!closed) {
            share.count(cost(rest) + message.length() * 2L);
            add(rest);
        }
        answered = reply;
        notifyAll();
    }

    synchronized void end(Problem why) {
        problem = why;
        notifyAll();
    }

    /** Tells the agent, at its next word, that nobody reads; its reply still ends this. */
    synchronized void stop() {
        refuses = true;
    }

    /** Ends it, whatever has been sent. */
    synchronized void close() {
        refuses = true;
        closed = true;
        pieces.clear();
        share.close();
    }

    /**
     * Waits until there is something to send, but no longer than so.
     *
     * @return whether the answer is there, and was stored before
     * @throws Problem if it came before any text
     */
    synchronized boolean awaitBegin(Duration silence) throws IOException {
        awaitMore(silence.toMillis());
        if (problem != null && given == 0) {
            throw problem;
        }
        return answered != null && answered.replayed();
    }

    @Override
    public void writeTo(OutputStream out) throws IOException {
        try {
            for (long pause = 0; writeNext(out, pause); pause = shared.pause.toMillis()) {
                if (isAllSent()) {
                    out.flush();
                }
            }
            out.flush();
        } catch (IOException e) {
            shared.left.increment();
            throw e;
        }
    }

    private synchronized boolean isAllSent() {
        return pieces.isEmpty();
    }

    // A delta, a comment, or what ends it.
    private boolean writeNext(OutputStream out, long patienceMillis) throws IOException {
        Optional<String> next = next(patienceMillis);
        if (next.isEmpty()) {
            writeEnd(out);
        } else if (next.get().isEmpty()) {
            write(":\n\n", out);
        } else {
            write("event: delta\ndata: {\"text\":", out);
            JsonString.of(next.get()).writeTo(out);
            write("}\n\n", out);
        }
        return next.isPresent();
    }

    private void writeEnd(OutputStream out) throws IOException {
        if (problem != null) {
            write("event: error\ndata: ", out);
            out.write(problem.toEventData());
        } else {
            write("event: done\ndata: ", out);
            new ChatAnswer(answered, conversation).writeTo(out);
        }
        write("\n\n", out);
    }

    private static void write(String ascii, OutputStream out) throws IOException {
        out.write(ascii.getBytes(StandardCharsets.US_ASCII));
    }

    // The next text, or "" if none came in time; empty if no more comes.
    private synchronized Optional<String> next(long patienceMillis) throws IOException {
        awaitMore(patienceMillis);
        share.giveBack(writing);
        boolean ended = pieces.isEmpty() && hasEnded();
        String text = pieces.isEmpty() ? "" : pieces.remove();
        writing = text.isEmpty() ? 0 : cost(text);
        return ended ? Optional.empty() : Optional.of(text);
    }

    private void awaitMore(long patienceMillis) throws IOException {
        assert Thread.holdsLock(this);
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(patienceMillis);
        try {
            while (pieces.isEmpty() && !hasEnded() && end - System.nanoTime() > 0) {
                TimeUnit.NANOSECONDS.timedWait(this, end - System.nanoTime());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("the server ends");
        }
    }

    private boolean hasEnded() {
        assert Thread.holdsLock(this);
        return answered != null || problem != null;
    }

    private void add(String text) {
        assert Thread.holdsLock(this);
        if (!text.isEmpty()) {
            if (given == 0) {
                shared.firstDelta.since(startNanos);
            }
            given += text.length();
            pieces.add(text);
            notifyAll();
        }
    }

    private static long cost(String text) {
        return PIECE_BYTES + (long) text.length() * CHAR_BYTES;
    }
}
