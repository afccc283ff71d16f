package vaas.api;

import com.sun.net.httpserver.HttpHandler;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import vaas.agent.BaseAgent;
import vaas.api.face.Asset;
import vaas.http.Accept;
import vaas.http.InFlight;
import vaas.http.JdkServer;
import vaas.http.Problem;
import vaas.http.Request;
import vaas.http.Response;
import vaas.http.Router;
import vaas.http.ServerProperties;
import vaas.http.Watchdog;
import vaas.json.Json;
import vaas.metrics.Metrics;

/**
 * The HTTP server around one agent. Started by the program, or by an embedder inside another one;
 * agent and memory stay open when it is closed.
 */
public final class Api implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Api.class.getName());

    private static final Duration MOMENT = Duration.ofSeconds(1);
    private static final Duration QUIET = Duration.ofMillis(300);

    private final Duration grace;
    private final InFlight inFlight;
    private final JdkServer server;
    private final ChatHandler chats;

    private Api(Duration grace, InFlight inFlight, JdkServer server, ChatHandler chats) {
        this.grace = grace;
        this.inFlight = inFlight;
        this.server = server;
        this.chats = chats;
    }

    public static ApiOptions options() {
        return new ApiOptions();
    }

    /**
     * Listens and serves. Sets the properties of the JDK's server that are not set yet, which takes
     * effect unless that has been used in this JVM before.
     *
     * @param agent who answers; stays open when the server is closed
     * @throws IOException if the address can't be bound
     */
    public static Api start(ApiOptions options, BaseAgent agent) throws IOException {
        LOG.log(System.Logger.Level.DEBUG, "budget: {0}", options.budget);
        InFlight inFlight = new InFlight();
        InetSocketAddress address = new InetSocketAddress(options.address, options.port);
        ChatHandler chats = new ChatHandler(agent, options);
        return new Api(options.grace, inFlight, JdkServer.start(address, "vaas-http",
                options.budget, router(options, inFlight, agent, chats)), chats);
    }

    /**
     * The routes as a handler, to be mounted into a server of the embedder's own at any path, below
     * which they are matched exactly. Sets properties as {@link #start} does. The server needs an
     * executor of many threads, and says where to listen and how to stop: of the options' address,
     * port and grace only the address counts, as one that may be asked for.
     */
    public static HttpHandler handler(ApiOptions options, BaseAgent agent) {
        ServerProperties.apply(options.budget);
        return router(options, new InFlight(), agent, new ChatHandler(agent, options));
    }

    private static Router router(
            ApiOptions options, InFlight inFlight, BaseAgent agent, ChatHandler chats) {
        Metrics metrics = options.metrics;
        ReadingBack reading = new ReadingBack(agent.conversations(), options.budget);
        Asset page = Asset.page(agent.memorySize());
        return new Router(options.guard(), inFlight, options.bodyBytesMax,
                new Watchdog(options.patience), metrics)
                .add("POST", "/chat", chats)
                .add("POST", "/reset-memory", new ResetMemoryHandler(agent))
                .add("GET", "/memory", reading::memory)
                .add("GET", "/memory/{message_id}", reading::record)
                .add("GET", "/sessions", reading::sessions)
                .add("GET", "/metrics", request -> Response.of(200, Metrics.MEDIA_TYPE,
                        metrics.text().getBytes(StandardCharsets.UTF_8)))
                .add("GET", "/health", Router.Access.PROBE, request -> health(agent))
                .add("GET", "/", Router.Access.PAGE, request -> welcome(agent, request, page))
                .add("GET", "/openapi.json", Router.Access.PAGE,
                        Asset.of("application/json", "openapi.json"))
                .add("GET", "/docs", Router.Access.PAGE, Asset.docs())
                .add("GET", "/docs.css", Router.Access.PAGE, Asset.trimmed("text/css", "docs.css"))
                .add("GET", "/page.css", Router.Access.PAGE, Asset.trimmed("text/css", "page.css"))
                .add("GET", "/page.js", Router.Access.PAGE, Asset.script())
                .add("GET", "/icon.svg", Router.Access.PAGE, Asset.of("image/svg+xml", "icon.svg"));
    }

    /** Where it listens, for example http://127.0.0.1:8080. */
    public URI url() {
        return server.url();
    }

    /**
     * Refuses new requests, waits for those under way up to the grace of the settings, then ends
     * streams with an error and cuts what is left. Goes on listening meanwhile: whoever comes is
     * told, and not cut off.
     */
    @Override
    public void close() {
        inFlight.stop();
        if (!inFlight.awaitNone(grace)) {
            LOG.log(System.Logger.Level.WARNING, "requests were cut: the grace has passed");
            if (chats.stop()) {
                inFlight.awaitNone(MOMENT);
            }
            server.close();
            return;
        }
        // Under load refusals go on and on; a moment is enough to tell everybody who is there.
        Duration moment = grace.compareTo(MOMENT) < 0 ? grace : MOMENT;
        server.close(inFlight.awaitQuiet(QUIET, moment) ? 0 : (int) moment.toSeconds());
    }

    private static Response health(BaseAgent agent) throws Problem {
        if (!agent.conversations().isWritable()) {
            throw ProblemType.MEMORY_UNAVAILABLE.problem("The memory can't be written.");
        }
        return Response.ok(Json.object("status", "ok", "memory", "writable"));
    }

    // The page for a browser, and a sentence for everybody else.
    private static Response welcome(BaseAgent agent, Request request, Asset page) throws Problem {
        Response answer = Accept.prefersHtml(request.headers()) ? page.handle(request)
                : Response.ok(Json.object("message", "Welcome to " + agent.name()
                        + ": POST /chat to talk, POST /reset-memory to forget,"
                        + " GET /health to look, GET /docs to read."));
        return answer.with(Map.of("Vary", "Accept"));
    }
}
