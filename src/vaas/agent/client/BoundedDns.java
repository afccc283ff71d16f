package vaas.agent.client;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import okhttp3.Dns;
import vaas.agent.AnswerReader;
import vaas.agent.Deadline;

/**
 * Look-ups of names that end at the deadline of the chat. OkHttp does them on the thread of the
 * call, where its timeouts can't reach them, and a silent name server takes the system's resolver
 * ten seconds and more.
 */
public final class BoundedDns implements Dns, AutoCloseable {
    /** Look-ups under way, those included for which nobody waits any more. */
    private static final int LOOKUPS_MAX = 16;

    private final TimeLimiter limiter = new TimeLimiter(
            "vaas-lookup", LOOKUPS_MAX, Duration.ofDays(1)); // for as long as the chat has
    // OkHttp has no way to tell which call a look-up is for, but that it is on the same thread.
    private final ThreadLocal<Deadline> deadline = new ThreadLocal<>();

    /** Sets it up; there are no threads yet. */
    public BoundedDns() {}

    /** Binds the look-ups of this thread to a deadline. */
    public void begin(Deadline end) {
        deadline.set(end);
    }

    /** The opposite of {@link #begin}. */
    public void end() {
        deadline.remove();
    }

    @Override
    public List<InetAddress> lookup(String name) throws UnknownHostException {
        Deadline end = deadline.get();
        if (end == null) {
            return Dns.SYSTEM.lookup(name);
        }
        try {
            return limiter.call(() -> Dns.SYSTEM.lookup(name), end, AnswerReader.NONE);
        } catch (ExecutionException | TimeoutException | RejectedExecutionException
                | IOException e) {
            throw new UnknownHostException("no address in time");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UnknownHostException("interrupted");
        }
    }

    /** Ends its threads, when their look-ups end. */
    @Override
    public void close() {
        limiter.close();
    }
}
