package vaas.http;

import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.concurrent.ExecutorService;
import vaas.budget.Budget;

/**
 * {@code com.sun.net.httpserver} set up as it has to be to serve well: properties, threads,
 * backlog. One handler gets every request, whatever its path.
 */
public final class JdkServer implements AutoCloseable {
    /** 0 would mean 50, too few for a burst of connections. */
    private static final int BACKLOG = 1024;

    private final HttpServer server;
    private final ExecutorService workers;

    private JdkServer(HttpServer server, ExecutorService workers) {
        this.server = server;
        this.workers = workers;
    }

    /** The same, within a budget of this process. */
    public static JdkServer start(InetSocketAddress address, String name, HttpHandler handler)
            throws IOException {
        return start(address, name, Budget.ofThisProcess(), handler);
    }

    /**
     * Listens and serves.
     *
     * @param address where; port 0 picks a free one
     * @param budget whose numbers bound connections and heads
     * @param handler for every request, from many threads at a time
     * @throws IOException if the address can't be bound
     */
    public static JdkServer start(InetSocketAddress address, String name, Budget budget,
            HttpHandler handler) throws IOException {
        ServerProperties.apply(budget);
        HttpServer server = bind(address);
        ExecutorService workers = Workers.start(name, budget.connections());
        server.setExecutor(workers);
        server.createContext("/", handler);
        server.start();
        return new JdkServer(server, workers);
    }

    private static HttpServer bind(InetSocketAddress address) throws IOException {
        try {
            return HttpServer.create(address, BACKLOG);
        } catch (IOException e) {
            throw new IOException("can't listen on " + address.getAddress().getHostAddress()
                    + " port " + address.getPort() + ": " + e.getMessage(), e);
        }
    }

    /** Where it listens, with the port that was picked. */
    public InetSocketAddress address() {
        return server.getAddress();
    }

    /** Where it listens, for a client on this machine: for example http://127.0.0.1:8080. */
    public URI url() {
        InetAddress address = address().getAddress();
        String host = address.isAnyLocalAddress() ? "127.0.0.1" : Guard.literal(address);
        return URI.create("http://" + host + ":" + address().getPort());
    }

    /** Stops listening and cuts every connection; whoever wants to be kind has waited before. */
    @Override
    public void close() {
        close(0);
    }

    /** Stops listening, and lets answers be finished for that long; it may use all of it. */
    public void close(int seconds) {
        server.stop(seconds);
        workers.shutdownNow();
    }
}
