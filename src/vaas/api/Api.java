package vaas.api;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import vaas.agent.BaseAgent;
import vaas.config.Config;
import vaas.http.InFlight;
import vaas.http.JdkServer;
import vaas.http.Problem;
import vaas.http.Response;
import vaas.http.Router;
import vaas.metrics.Metrics;

/**
 * The HTTP server around one agent. Started by the program, or by an embedder inside another one;
 * agent and memory stay open when it is closed.
 */
public final class Api implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Api.class.getName());

    private static final Duration MOMENT = Duration.ofSeconds(1);

    private final Config.Http config;
    private final InFlight inFlight;
    private final JdkServer server;

    private Api(Config.Http config, InFlight inFlight, JdkServer server) {
        this.config = config;
        this.inFlight = inFlight;
        this.server = server;
    }

    /**
     * Listens and serves. Sets the properties of the JDK's server that are not set yet, which takes
     * effect unless that has been used in this JVM before.
     *
     * @param config where to listen and whom to let in
     * @param agent who answers
     * @return the running server
     * @throws IOException if the address can't be bound
     */
    public static Api start(Config.Http config, BaseAgent agent) throws IOException {
        return start(config, agent, new Metrics());
    }

    /**
     * The same, with the metrics of memory and agent on {@code GET /metrics}.
     *
     * @param config where to listen and whom to let in
     * @param agent who answers
     * @param metrics that the memory and the agent were given too
     * @return the running server
     * @throws IOException if the address can't be bound
     */
    public static Api start(Config.Http config, BaseAgent agent, Metrics metrics)
            throws IOException {
        InFlight inFlight = new InFlight();
        Router router = new Router(config, inFlight, metrics)
                .add("POST", "/chat",
                        new ChatHandler(agent, config.maxConcurrentChats(), metrics))
                .add("POST", "/reset-memory", new ResetMemoryHandler(agent))
                .add("GET", "/metrics", request -> new Response(200, Metrics.MEDIA_TYPE,
                        metrics.text().getBytes(StandardCharsets.UTF_8), Map.of()))
                .addOpen("GET", "/health", request -> health(agent))
                .add("GET", "/", request -> welcome(agent));
        InetSocketAddress address = new InetSocketAddress(config.address(), config.port());
        return new Api(config, inFlight, JdkServer.start(address, "vaas-http", router));
    }

    /**
     * Where it listens.
     *
     * @return for example http://127.0.0.1:8080
     */
    public URI url() {
        return server.url();
    }

    /**
     * Refuses new requests, waits for those under way up to the grace of the settings, then cuts
     * what is left. Goes on listening meanwhile: whoever comes is told, and not cut off.
     */
    @Override
    public void close() {
        inFlight.stop();
        if (!inFlight.awaitNone(config.shutdownGrace())) {
            LOG.log(System.Logger.Level.WARNING, "requests were cut: the grace has passed");
            server.close();
            return;
        }
        // Under load refusals go on and on; a moment is enough to tell everybody who is there.
        Duration moment = config.shutdownGrace().compareTo(MOMENT) < 0
                ? config.shutdownGrace() : MOMENT;
        server.close(inFlight.awaitQuiet(moment) ? 0 : (int) moment.toSeconds());
    }

    private static Response health(BaseAgent agent) throws Problem {
        if (!agent.memory().isWritable()) {
            throw new Problem(503, "The memory can't be written.");
        }
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("status", "ok");
        body.put("memory", "writable");
        return Response.ok(body);
    }

    private static Response welcome(BaseAgent agent) {
        return Response.ok(Map.of("message", "Welcome to " + agent.name()
                + ": POST /chat to talk, POST /reset-memory to forget, GET /health to look."));
    }
}
