package vaas.agent.groq;

import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import okhttp3.Call;
import okhttp3.ConnectionPool;
import okhttp3.Headers;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import okio.BufferedSink;
import okio.BufferedSource;
import vaas.agent.groq.Completion.Busy;
import vaas.agent.groq.Completion.Refused;
import vaas.agent.groq.Completion.TimedOut;
import vaas.agent.groq.Completion.Unreachable;
import vaas.config.Config;

/**
 * The only user of OkHttp: one POST to one {@link Completion}, retries included. Safe for
 * concurrent use. Logs statuses, codes and the provider's request ids, never a text or the key.
 */
final class GroqClient implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(GroqClient.class.getName());

    private static final MediaType JSON = MediaType.get("application/json");
    /** Far more than any model answers; a server that sends more is broken. */
    private static final long ANSWER_BYTES_MAX = 8 << 20;
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration CONNECTION_IDLE = Duration.ofMinutes(5);

    private final String url;
    private final Headers headers;
    private final OkHttpClient http;
    private final ModelMetrics metrics;
    private final CountDownLatch closed = new CountDownLatch(1);

    GroqClient(Config.Groq config, ModelMetrics metrics) {
        this.metrics = metrics;
        this.url = config.baseUrl() + "/chat/completions";
        Headers.Builder builder = new Headers.Builder();
        config.apiKey().ifPresent(key -> builder.add("Authorization", "Bearer " + key));
        this.headers = builder.build();
        this.http = new OkHttpClient.Builder()
                .connectionPool(new ConnectionPool(config.connections(),
                        CONNECTION_IDLE.toSeconds(), TimeUnit.SECONDS))
                .connectTimeout(CONNECT_TIMEOUT)
                .readTimeout(Duration.ZERO) // the deadline of the call bounds all of it
                .writeTimeout(Duration.ZERO)
                .retryOnConnectionFailure(false) // retries are counted here
                .followRedirects(false) // would turn the POST into a GET, or take the key along
                .build();
    }

    /**
     * Asks until there is an answer, a refusal, or no try left.
     *
     * @param requestId of the caller's request, for log lines
     */
    Completion complete(Piece body, Deadline deadline, String requestId) {
        for (int retry = 0; ; retry++) {
            long start = System.nanoTime();
            Attempt attempt = attempt(body, deadline, requestId);
            metrics.count(attempt.completion, System.nanoTime() - start);
            LOG.log(System.Logger.Level.DEBUG, "id {0}: a model call took {1} ms and came to {2}",
                    requestId, Long.toString((System.nanoTime() - start) / 1_000_000),
                    attempt.completion.getClass().getSimpleName());
            if (!attempt.mayRetry() || closed.getCount() == 0) {
                return attempt.last(attempt.asked.orElse(Duration.ofSeconds(1)));
            }
            double random = ThreadLocalRandom.current().nextDouble();
            Duration pause = attempt.asked.orElse(Backoff.pause(retry, random));
            if (pause.compareTo(Backoff.OBEYED_MAX) > 0) {
                return new Busy(pause);
            }
            if (retry == Backoff.RETRIES_MAX || pause.compareTo(deadline.remaining()) >= 0) {
                return attempt.last(pause);
            }
            metrics.retries.increment();
            if (waitUnlessClosed(pause)) {
                return new Unreachable();
            }
        }
    }

    /** Cuts the calls that are under way and ends the client's threads. */
    @Override
    public void close() {
        closed.countDown();
        http.dispatcher().cancelAll();
        http.dispatcher().executorService().shutdown();
        http.connectionPool().evictAll();
    }

    /**
     * One request.
     *
     * @param completion what it comes to if it is the last one
     * @param status 0 if there was no answer
     * @param asked the pause that the server asks for
     * @param shouldRetry what the server says itself, if it does
     */
    private record Attempt(Completion completion, int status, Optional<Duration> asked,
            Optional<Boolean> shouldRetry) {
        static Attempt without(Completion completion) {
            return new Attempt(completion, 0, Optional.empty(), Optional.empty());
        }

        /** What it comes to when it is not repeated. */
        Completion last(Duration pause) {
            return status == 429 ? new Busy(pause) : completion;
        }

        /** A 200 that is retried is one without a usable answer. */
        boolean mayRetry() {
            boolean byStatus = status == 408 || status == 409 || status == 429 || status >= 500
                    || completion instanceof Unreachable;
            return shouldRetry.orElse(byStatus);
        }
    }

    private Attempt attempt(Piece body, Deadline deadline, String requestId) {
        if (closed.getCount() == 0) {
            return Attempt.without(new Unreachable());
        }
        Duration remaining = deadline.remaining();
        if (remaining.isZero()) {
            return Attempt.without(new TimedOut());
        }
        Call call = http.newCall(new Request.Builder()
                .url(url).headers(headers).post(new OneShotBody(body)).build());
        call.timeout().timeout(remaining.toNanos(), TimeUnit.NANOSECONDS);
        try (Response response = call.execute()) {
            return read(response, requestId);
        } catch (IOException e) {
            http.connectionPool().evictAll(); // the next try shall not meet another stale one
            if (deadline.hasPassed()) {
                LOG.log(System.Logger.Level.WARNING, "id {0}: the model did not answer in time",
                        requestId);
                return Attempt.without(new TimedOut());
            }
            LOG.log(System.Logger.Level.WARNING, "id {0}: the model could not be reached: {1}",
                    requestId, e.getClass().getName());
            return Attempt.without(new Unreachable());
        }
    }

    private static Attempt read(Response response, String requestId) throws IOException {
        BufferedSource source = response.body().source();
        boolean tooMuch = source.request(ANSWER_BYTES_MAX + 1);
        byte[] body = tooMuch ? new byte[0] : source.readByteArray();
        int status = response.code();
        if (response.isSuccessful()) {
            Optional<Completion> found = ChatResponse.completion(body);
            if (found.isPresent()) {
                return Attempt.without(found.get());
            }
        }
        LOG.log(System.Logger.Level.WARNING, "id {0}: the model answered {1} {2}, its id {3}",
                requestId, Integer.toString(status),
                response.isSuccessful() ? "without text" : ChatResponse.errorCode(body),
                printable(response.header("x-request-id", "-")));
        return new Attempt(status >= 300 && status < 500 && status != 408 && status != 409
                ? new Refused(ChatResponse.reason(status, body)) : new Unreachable(),
                status, Backoff.asked(response::header, Instant.now()), shouldRetry(response));
    }

    private static Optional<Boolean> shouldRetry(Response response) {
        return switch (response.header("x-should-retry", "")) {
            case "true" -> Optional.of(true);
            case "false" -> Optional.of(false);
            default -> Optional.empty();
        };
    }

    private static String printable(String text) {
        return text.matches("[!-~]{1,128}") ? text : "-";
    }

    private boolean waitUnlessClosed(Duration pause) {
        try {
            return closed.await(pause.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    /**
     * A body that OkHttp may send once only: otherwise it would repeat a request by itself after a
     * 408, or a 503 with "Retry-After: 0", uncounted.
     */
    private static final class OneShotBody extends RequestBody {
        private final Piece body;

        OneShotBody(Piece body) {
            this.body = body;
        }

        @Override
        public MediaType contentType() {
            return JSON;
        }

        @Override
        public long contentLength() {
            return body.length();
        }

        @Override
        public boolean isOneShot() {
            return true;
        }

        @Override
        public void writeTo(BufferedSink sink) throws IOException {
            body.writeTo(new Steps(sink));
        }
    }

    /** Hands on a step at a time, since okio copies what it is given before it sends any of it. */
    private static final class Steps extends OutputStream {
        private static final int STEP_BYTES = 16 << 10;

        private final BufferedSink sink;

        Steps(BufferedSink sink) {
            this.sink = sink;
        }

        @Override
        public void write(int b) throws IOException {
            sink.writeByte(b);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            for (int done = 0; done < length; done += STEP_BYTES) {
                sink.write(bytes, offset + done, Math.min(STEP_BYTES, length - done));
            }
        }
    }
}
