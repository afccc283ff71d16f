package vaas.agent.client;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import okhttp3.Call;
import okhttp3.Dns;
import okhttp3.OkHttpClient;
import okhttp3.Response;
import vaas.agent.AnswerReader;
import vaas.agent.Deadline;

/**
 * Calls over OkHttp, which does nothing here by itself: no retry, no redirect, and no timeout but
 * the deadline of the call. That bounds look-ups of names, too: OkHttp does them on the thread of
 * the call, where its timeouts can't reach them, and a silent name server takes the system's
 * resolver ten seconds and more. Safe for concurrent use.
 */
public final class Caller implements AutoCloseable {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    /** Look-ups under way, those included for which nobody waits any more. */
    private static final int LOOKUPS_MAX = 16;
    private static final int LOOK_MILLIS = 250;

    private final OkHttpClient.Builder settings;
    private final ScheduledExecutorService timer;
    private final TimeLimiter lookups = new TimeLimiter(
            "vaas-lookup", LOOKUPS_MAX, Duration.ofDays(1)); // for as long as the call has
    // OkHttp has no way to tell which call a look-up is for, but that it is on the same thread.
    private final ThreadLocal<Deadline> deadline = new ThreadLocal<>();
    private OkHttpClient http; // guarded by this; null until it is needed

    /** Reads an answer, which is closed behind it. */
    @FunctionalInterface
    public interface Reading<T> {
        /** Returns what it came to. */
        T read(Response response) throws IOException;
    }

    /** Sets it up; no connection is made yet. The timer looks whether answers are wanted. */
    public Caller(OkHttpClient.Builder settings, ScheduledExecutorService timer) {
        this.settings = settings.dns(this::lookup).connectTimeout(CONNECT_TIMEOUT)
                .readTimeout(Duration.ZERO).writeTimeout(Duration.ZERO)
                .retryOnConnectionFailure(false)
                .followRedirects(false); // would turn the POST into a GET, or take the key along
        this.timer = timer;
    }

    /** What makes calls; the first to want it waits for it, as for the certificates of TLS. */
    public synchronized OkHttpClient http() {
        if (http == null) {
            http = settings.build();
        }
        return http;
    }

    /**
     * Makes a call and reads its answer.
     *
     * @param end to all of it
     * @param wanted cuts it, though it may say nothing, by throwing: asked by another thread
     * @throws IOException if it fails, was cut, or took too long
     */
    public <T> T call(Call call, Deadline end, AnswerReader wanted, Reading<T> reading)
            throws IOException {
        call.timeout().timeout(Math.max(1, end.remaining().toNanos()), TimeUnit.NANOSECONDS);
        Future<?> look = wanted == AnswerReader.NONE ? null : timer.scheduleWithFixedDelay(
                () -> look(call, wanted), LOOK_MILLIS, LOOK_MILLIS, TimeUnit.MILLISECONDS);
        deadline.set(end);
        try (Response response = call.execute()) {
            return reading.read(response);
        } finally {
            deadline.remove();
            if (look != null) {
                look.cancel(false);
            }
        }
    }

    private static void look(Call call, AnswerReader wanted) {
        try {
            wanted.read("");
        } catch (IOException e) {
            call.cancel();
        }
    }

    private List<InetAddress> lookup(String name) throws UnknownHostException {
        try {
            return lookups.call(() -> Dns.SYSTEM.lookup(name), deadline.get(), AnswerReader.NONE);
        } catch (ExecutionException | TimeoutException | RejectedExecutionException
                | IOException e) {
            throw new UnknownHostException("no address in time");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UnknownHostException("interrupted");
        }
    }

    /** Cuts what is under way, and ends its connections and, when they can end, its threads. */
    @Override
    public synchronized void close() {
        lookups.close();
        if (http != null) { // or it would be made now, for nothing
            http.dispatcher().cancelAll();
            http.dispatcher().executorService().shutdown();
            http.connectionPool().evictAll();
        }
    }
}
