package vaas.http;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import vaas.budget.OverBudgetException;
import vaas.metrics.Counter;
import vaas.metrics.Metrics;

/**
 * The one wrapper around every route: guard, path, method, then the route, which reads the
 * body if it wants it; any Throwable becomes an answer, and the exchange is always closed. The
 * server itself would leave a client hanging after an Error, and match paths by their beginning.
 */
public final class Router implements HttpHandler {
    private static final System.Logger LOG = System.getLogger(Router.class.getName());

    private static final Duration MOMENT = Duration.ofSeconds(1);
    /** Where a path ends: compiled once, not with every request. */
    private static final Pattern QUERY = Pattern.compile("[?#]");
    /** In place of a name in braces; in a target it could not stand. */
    private static final String ANY = "{}";

    private final Guard guard;
    private final InFlight inFlight;
    private final int bodyBytesMax;
    private final Watchdog watchdog;
    private final Metrics metrics;
    private final Map<String, Entry> routes = new LinkedHashMap<>();
    private final Map<String, Counter> requests = new ConcurrentHashMap<>();

    /** Who may use a route, besides those whom the rules for Host and Origin let in. */
    public enum Access {
        /** Who shows the token. */
        TOKEN,
        /** Also a program without it that looks whether the server is well, in its own ways. */
        PROBE,
        /** Everybody, by a link from another site too: what tells nothing and changes nothing. */
        PAGE
    }

    /** A line of the route table, counted by its path. */
    private record Entry(String method, String path, Route route, Access access) {
        boolean allows(String other) {
            return other.equals(method) || other.equals("HEAD") && method.equals("GET")
                    || other.equals("OPTIONS") && access == Access.PROBE; // HAProxy's default
        }

        String allowed() {
            return method.equals("GET") ? "GET, HEAD" : method;
        }
    }

    /** A router without routes, which may read bodies of so many bytes. */
    public Router(Guard guard, InFlight inFlight, int bodyBytesMax, Watchdog watchdog,
            Metrics metrics) {
        this.guard = guard;
        this.inFlight = inFlight;
        this.bodyBytesMax = bodyBytesMax;
        this.watchdog = watchdog;
        this.metrics = metrics;
    }

    /**
     * Adds a route; all are added before the first request.
     *
     * @param path whose last segment may be a name in braces, which stands for any one segment
     */
    public Router add(String method, String path, Access access, Route route) {
        routes.put(path.replaceFirst("\\{.*}", ANY), new Entry(method, path, route, access));
        return this;
    }

    /** Adds a route for those who show the token. */
    public Router add(String method, String path, Route route) {
        return add(method, path, Access.TOKEN, route);
    }

    /** The route table: a method and a path each, in the order in which they were added. */
    public List<String> table() {
        return routes.values().stream().map(entry -> entry.method + " " + entry.path).toList();
    }

    private Optional<Entry> entry(String path) {
        int segment = path.lastIndexOf('/') + 1;
        Entry exact = routes.get(path.isEmpty() ? "/" : path);
        return Optional.ofNullable(exact != null || segment == path.length() ? exact
                : routes.get(path.substring(0, segment) + ANY));
    }

    @Override
    public void handle(HttpExchange http) throws IOException {
        long start = System.nanoTime();
        boolean admitted = inFlight.enter();
        Exchange exchange = new Exchange(http, bodyBytesMax, watchdog);
        try (exchange) {
            String path = path(exchange);
            Optional<Entry> found = entry(path);
            serve(exchange, path, found, admitted);
            AccessLog.log(exchange, System.nanoTime() - start);
            count(found.map(Entry::path).orElse("other"), Integer.toString(exchange.status()));
        } finally {
            if (admitted) {
                inFlight.leave();
            }
        }
    }

    private void count(String route, String status) {
        requests.computeIfAbsent(status + route, key -> metrics.counter(
                "vaas_http_requests_total", "Requests by route and status.",
                "route", route, "status", status)).increment();
    }

    private void serve(Exchange exchange, String path, Optional<Entry> found, boolean admitted) {
        try (Response response = respond(exchange, path, found, admitted)) {
            exchange.answer(response);
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "id {0}: the client has left: {1}", exchange.logId(),
                    e.getClass().getName());
        } catch (Throwable e) { // an Error that left this method would leave the client hanging
            LOG.log(System.Logger.Level.ERROR, "id {0}: {1} at {2}", exchange.logId(),
                    e.getClass().getName(), place(e));
            answerFailure(exchange);
        }
    }

    private Response respond(Exchange exchange, String path, Optional<Entry> found,
            boolean admitted) throws IOException {
        try {
            return admit(exchange, path, found, admitted);
        } catch (Problem problem) {
            return problem.toResponse();
        } catch (OverBudgetException e) {
            return overBudget(e).toResponse();
        }
    }

    private Response admit(Exchange exchange, String path, Optional<Entry> found,
            boolean admitted) throws IOException {
        Headers sent = exchange.headers();
        Optional<String> origin = guard.allowedOrigin(sent);
        origin.ifPresent(page -> Cors.allow(page, exchange)); // on every answer, errors included
        Framing.check(sent, exchange.protocol());
        Access access = found.map(Entry::access).orElse(Access.TOKEN);
        if (access != Access.PROBE || !isOldProbe(exchange)) {
            guard.checkHost(sent, exchange.target());
        }
        if (access != Access.PAGE || !found.get().allows(exchange.method())) {
            guard.checkOrigin(sent);
        }
        if (!admitted) {
            exchange.header("Connection", "close");
            throw new Problem(503, "The server is stopping.").of(Problem.STOPPING)
                    .retryAfter(MOMENT);
        }
        if (found.isPresent() && origin.isPresent() && Cors.isPreflight(exchange)) {
            return Cors.preflight(sent, found.get().allowed());
        }
        if (access == Access.TOKEN) {
            guard.checkToken(sent);
        }
        Entry entry = found.orElseThrow(() -> new Problem(404, "There is nothing here."));
        if (!entry.allows(exchange.method())) {
            throw new Problem(405, "Use " + entry.method + ".").with("Allow", entry.allowed());
        }
        if (path.isEmpty() && Accept.prefersHtml(sent)) { // what a page loads is relative to it
            exchange.header("Location", exchange.contextPath() + "/");
            return Response.of(308, "", new byte[0]);
        }
        return entry.route.handle(exchange.request(path, entry.route.bodyUse()));
    }

    // A load balancer's, in the protocol that had no Host yet; every browser sends one.
    private static boolean isOldProbe(Exchange exchange) {
        return exchange.protocol().equals("HTTP/1.0") && !exchange.headers().containsKey("Host")
                && exchange.target().getRawAuthority() == null;
    }

    private static Problem overBudget(OverBudgetException e) {
        return e.isForGood()
                ? new Problem(413, "The request needs more memory than this server has to give.")
                        .of(Problem.TOO_LONG_FOR_SERVER)
                : new Problem(503, "Other requests hold too much memory for now.")
                        .of(Problem.SERVER_FULL).retryAfter(MOMENT);
    }

    // "//x/chat" reads as host and path, and "///chat" as "/chat": only a whole URL has a host.
    private static String path(Exchange exchange) {
        URI target = exchange.target();
        String path = target.getScheme() != null ? target.getRawPath()
                : QUERY.split(target.toString(), 2)[0];
        String context = exchange.contextPath();
        return path.startsWith(context) ? path.substring(context.length()) : path;
    }

    private static void answerFailure(Exchange exchange) {
        try {
            if (exchange.status() == 0) { // nothing is sent yet
                exchange.answer(new Problem(500, "Something went wrong here.").toResponse());
            }
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "id {0}: the client has left", exchange.logId());
        }
    }

    // Where, but neither the message, which may quote what was sent, nor the whole trace.
    private static String place(Throwable e) {
        StackTraceElement[] trace = e.getStackTrace();
        return trace.length == 0 ? "an unknown place" : trace[0].toString();
    }
}
