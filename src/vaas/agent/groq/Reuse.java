package vaas.agent.groq;

import java.net.InetSocketAddress;
import java.net.Proxy;
import okhttp3.Call;
import okhttp3.Connection;
import okhttp3.EventListener;
import okhttp3.Response;

/** Watches whether a call went over a connection that an earlier one had left open. */
final class Reuse extends EventListener {
    private volatile boolean connected;
    private volatile boolean acquired;
    private volatile boolean answered;

    @Override
    public void connectStart(Call call, InetSocketAddress address, Proxy proxy) {
        connected = true;
    }

    @Override
    public void connectionAcquired(Call call, Connection connection) {
        acquired = true;
    }

    @Override
    public void responseHeadersEnd(Call call, Response response) {
        answered = true;
    }

    /** Whether the peer had closed it before anything of the answer came. */
    boolean wasStale() {
        return acquired && !connected && !answered;
    }
}
