package vaas.http;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import java.io.IOException;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import vaas.config.Config;
import vaas.metrics.Metrics;

/**
 * The one wrapper around every route: guard, exact path, method, body, then the route; any
 * Throwable becomes an answer, and the exchange is always closed. The server itself would leave a
 * client hanging after an Error, and match paths by their beginning.
 */
public final class Router implements HttpHandler {
    private static final System.Logger LOG = System.getLogger(Router.class.getName());

    /** Where a path ends: compiled once, not with every request. */
    private static final Pattern QUERY = Pattern.compile("[?#]");

    private final Guard guard;
    private final InFlight inFlight;
    private final int bodyBytesMax;
    private final BodyBudget budget;
    private final Metrics metrics;
    private final Map<String, Entry> routes = new LinkedHashMap<>();

    /**
     * A line of the route table.
     *
     * @param open whether it needs no token
     */
    private record Entry(String method, Route route, boolean open) {
        boolean allows(String asked) {
            return asked.equals(method) || asked.equals("HEAD") && method.equals("GET");
        }

        String allowed() {
            return method.equals("GET") ? "GET, HEAD" : method;
        }
    }

    public Router(Config.Http config, InFlight inFlight, Metrics metrics) {
        this.metrics = metrics;
        long heapBytes = Runtime.getRuntime().maxMemory();
        this.budget = new BodyBudget(heapBytes, config.maxBodyBytes());
        this.guard = new Guard(config);
        this.inFlight = inFlight;
        this.bodyBytesMax = BodyBudget.bodyBytesMax(heapBytes, config.maxBodyBytes());
    }

    public Router add(String method, String path, Route route) {
        routes.put(path, new Entry(method, route, false));
        return this;
    }

    /** Adds a route that needs no token. */
    public Router addOpen(String method, String path, Route route) {
        routes.put(path, new Entry(method, route, true));
        return this;
    }

    @Override
    public void handle(HttpExchange http) {
        long start = System.nanoTime();
        boolean welcome = inFlight.enter();
        try (http) {
            Exchange exchange = new Exchange(http, bodyBytesMax);
            String path = path(http.getRequestURI());
            serve(http, exchange, path, welcome);
            AccessLog.log(http, exchange, System.nanoTime() - start);
            metrics.counter("vaas_http_requests_total", "Requests by route and status.",
                    "route", routes.containsKey(path) ? path : "other",
                    "status", Integer.toString(exchange.status())).increment();
        } finally {
            if (welcome) {
                inFlight.leave();
            }
        }
    }

    private void serve(HttpExchange http, Exchange exchange, String path, boolean welcome) {
        Map<String, String> headers = new LinkedHashMap<>();
        try {
            Response response = respond(http, exchange, path, welcome, headers);
            exchange.answer(response, headers);
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "id {0}: the client has left: {1}", exchange.id(),
                    e.getClass().getName());
        } catch (Throwable e) { // an Error that left this method would leave the client hanging
            LOG.log(System.Logger.Level.ERROR, "id {0}: {1} at {2}", exchange.id(),
                    e.getClass().getName(), place(e));
            answerFailure(exchange, headers);
        }
    }

    private Response respond(HttpExchange http, Exchange exchange, String path,
            boolean welcome, Map<String, String> headers) throws IOException {
        try {
            Headers asked = exchange.headers();
            Optional<String> origin = guard.allowedOrigin(asked);
            origin.ifPresent(it -> Cors.allow(it, headers)); // on every answer, errors included
            Framing.check(asked, http.getProtocol());
            guard.checkHost(asked, http.getRequestURI());
            guard.checkOrigin(asked);
            if (!welcome) {
                headers.put("Connection", "close");
                throw new Problem(503, "The server is stopping.", Map.of("Retry-After", "1"));
            }
            Entry entry = routes.get(path);
            if (entry != null && origin.isPresent() && Cors.isPreflight(http)) {
                return Cors.preflight(asked, entry.allowed());
            }
            if (entry == null || !entry.open) {
                guard.checkToken(asked);
            }
            if (entry == null) {
                throw new Problem(404, "There is nothing here.");
            }
            if (!entry.allows(http.getRequestMethod())) {
                throw new Problem(405, "Use " + entry.method + ".",
                        Map.of("Allow", entry.allowed()));
            }
            try (BodyBudget.Share share = budget.share()) {
                return entry.route.handle(new Request(exchange.id(), exchange.remoteAddress(),
                        asked, exchange.body(share)));
            }
        } catch (Problem problem) {
            return problem.toResponse();
        }
    }

    // "//x/chat" reads as host and path, and "///chat" as "/chat": only a whole URL has a host.
    private static String path(URI target) {
        return target.getScheme() != null ? target.getRawPath()
                : QUERY.split(target.toString(), 2)[0];
    }

    private static void answerFailure(Exchange exchange, Map<String, String> headers) {
        try {
            if (!exchange.answered()) {
                exchange.answer(new Problem(500, "Something went wrong here.").toResponse(),
                        headers);
            }
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "id {0}: the client has left", exchange.id());
        }
    }

    // Where, but neither the message, which may quote what was sent, nor the whole trace.
    private static String place(Throwable e) {
        StackTraceElement[] trace = e.getStackTrace();
        return trace.length == 0 ? "an unknown place" : trace[0].toString();
    }
}
