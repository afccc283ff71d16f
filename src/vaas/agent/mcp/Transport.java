package vaas.agent.mcp;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import okhttp3.Call;
import okhttp3.ConnectionPool;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import vaas.agent.AnswerReader;
import vaas.agent.Deadline;
import vaas.agent.client.Caller;
import vaas.agent.client.OneShotBody;
import vaas.budget.Budget;
import vaas.http.Workers;
import vaas.json.Json;
import vaas.metrics.Trace;

/**
 * Requests to one MCP server over streamable HTTP, in the version that it speaks: 2026-07-28, which
 * knows no sessions, or one of the three before, with one session for all. Nothing is sent twice,
 * but what the server says it has not begun. Safe for concurrent use.
 */
final class Transport implements AutoCloseable {
    private static final String MODERN = "2026-07-28";
    /** Those before, the newest first. */
    private static final List<String> OLDER = List.of("2025-11-25", "2025-06-18", "2025-03-26");
    private static final String KEY = "io.modelcontextprotocol/";
    private static final int REDIRECTS_MAX = 3;

    private final HttpUrl server;
    private final Optional<String> token;
    private final Map<String, Object> clientInfo;
    private final AtomicLong ids = new AtomicLong();
    private final Caller caller = new Caller(new OkHttpClient.Builder()
            // None is kept: one that its peer has closed would fail a call, which is not repeated.
            .connectionPool(new ConnectionPool(0, 1, TimeUnit.MINUTES))
            .fastFallback(false), // it would take threads of its own for each connection
            Workers.timer("vaas-mcp-looks"));

    private final ReentrantLock meeting = new ReentrantLock(); // for setting the peer
    private volatile Peer peer; // null if not known
    private volatile HttpUrl target; // where redirects have led to

    /** How the server is spoken to; the session is null if there is none. */
    private record Peer(String version, String session) {
        boolean isModern() {
            return version.equals(MODERN);
        }
    }

    /** A request, and what may be spent on it. */
    record Ask(String method, Map<String, Object> params, Optional<Trace> trace, Deadline deadline,
            Budget.Share share, Answer.Limit limit) {
        Ask with(String otherMethod, Map<String, Object> otherParams) {
            return new Ask(otherMethod, otherParams, Optional.empty(), deadline, share,
                    McpTools.ANSWER);
        }
    }

    record Result(Map<String, Object> fields, long bytes, String session) {}

    Transport(HttpUrl server, Optional<String> token, String version) {
        this.server = server;
        this.target = server;
        this.token = token;
        this.clientInfo = Map.of("name", "vaas", "version", version);
        caller.http(); // now, not in the time of the first call
    }

    /** Sends a request, with a new session if the one before is gone. */
    Result request(Ask ask) throws IOException, InterruptedException {
        Peer known = peer(null, ask);
        try {
            return exchange(known, ask);
        } catch (McpException e) {
            if (!e.isBeforeTheCall(known.session != null)) {
                throw e;
            }
        }
        return exchange(peer(known, ask), ask);
    }

    /** Finds out anew how the server is to be spoken to, and where. */
    void forget() {
        peer = null;
        target = server;
    }

    /** Cuts what is under way, and ends its connections and threads. */
    @Override
    public void close() {
        caller.close();
    }

    // Those who find the peer gone together wait for the first, who meets it anew.
    private Peer peer(Peer gone, Ask ask) throws IOException, InterruptedException {
        Peer known = peer;
        if (known != null && known != gone) {
            return known;
        } else if (!meeting.tryLock(ask.deadline.remaining().toNanos(), TimeUnit.NANOSECONDS)) {
            throw new McpException("no session in time");
        }
        try {
            if (peer == null || peer == gone) {
                peer = gone != null && gone.session != null ? initialize(ask) : meet(ask, true);
            }
            return peer;
        } finally {
            meeting.unlock();
        }
    }

    private Peer meet(Ask ask, boolean mayRepeat) throws IOException {
        Peer modern = new Peer(MODERN, null);
        try {
            Result found = exchange(modern, ask.with("server/discover", Map.of()));
            return found.fields.get("supportedVersions") instanceof List<?> versions
                    && versions.contains(MODERN) ? modern : initialize(ask);
        } catch (McpException e) {
            if (mayRepeat && e.isBeforeTheCall(false)) {
                return meet(ask, false);
            } else if (!e.isOfAnOlderServer()) {
                throw e;
            }
            return initialize(ask);
        }
    }

    private Peer initialize(Ask ask) throws IOException {
        Result begun = exchange(new Peer("", null), ask.with("initialize", Map.of(
                "protocolVersion", OLDER.get(0), "capabilities", Map.of(),
                "clientInfo", clientInfo)));
        if (!(begun.fields.get("protocolVersion") instanceof String version)
                || !OLDER.contains(version)) {
            throw new McpException("it speaks another version");
        }
        Peer older = new Peer(version, begun.session);
        exchange(older, ask.with("notifications/initialized", Map.of()));
        return older;
    }

    private Result exchange(Peer to, Ask ask) throws IOException {
        Map<String, Object> meta = new LinkedHashMap<>();
        if (to.isModern()) {
            meta.put(KEY + "protocolVersion", MODERN);
            meta.put(KEY + "clientInfo", clientInfo);
            meta.put(KEY + "clientCapabilities", Map.of());
        }
        ask.trace.ifPresent(trace -> meta.put("traceparent", trace.nextParent()));
        Map<String, Object> params = new LinkedHashMap<>(ask.params);
        if (!meta.isEmpty()) {
            params.put("_meta", meta);
        }
        boolean isRequest = !ask.method.startsWith("notifications/");
        Map<String, Object> message = new LinkedHashMap<>();
        message.put("jsonrpc", "2.0");
        message.put("id", isRequest ? ids.incrementAndGet() : null);
        message.put("method", ask.method);
        message.put("params", params);
        message.values().remove(null);
        return send(request(to, ask), Json.write(message), (Long) message.get("id"), ask, target,
                REDIRECTS_MAX);
    }

    private Request.Builder request(Peer to, Ask ask) {
        Request.Builder request = new Request.Builder()
                .header("Accept", "application/json, text/event-stream");
        token.ifPresent(it -> request.header("Authorization", "Bearer " + it));
        if (to.session != null) {
            request.header("Mcp-Session-Id", to.session);
        }
        if (!to.version.isEmpty()) {
            request.header("MCP-Protocol-Version", to.version);
        }
        if (to.isModern()) {
            request.header("Mcp-Method", ask.method);
        }
        if (to.isModern() && ask.params.get("name") instanceof String name) {
            request.header("Mcp-Name", headerValue(name));
        }
        return request;
    }

    private static String headerValue(String text) {
        return text.matches("[!-~]([ -~]*[!-~])?") && !text.matches("=\\?base64\\?.*\\?=") ? text
                : "=?base64?" + Base64.getEncoder().encodeToString(
                        text.getBytes(StandardCharsets.UTF_8)) + "?=";
    }

    private Result send(Request.Builder request, byte[] body, Long id, Ask ask, HttpUrl url,
            int redirects) throws IOException {
        Call call = caller.http().newCall(request.url(url)
                .post(new OneShotBody(body.length, out -> out.write(body))).build());
        return caller.call(call, ask.deadline, interruptOf(Thread.currentThread()), response -> {
            HttpUrl next = redirect(response, url);
            if (next != null && redirects > 0) {
                response.close();
                return send(request, body, id, ask, next, redirects - 1);
            }
            target = next == null ? url : target;
            Answer answer = new Answer(id, ask.limit, ask.share);
            return new Result(answer.read(response), answer.bytes(),
                    response.header("Mcp-Session-Id"));
        });
    }

    // A socket does not hear of an interrupt.
    private static AnswerReader interruptOf(Thread thread) {
        return text -> {
            if (thread.isInterrupted()) {
                throw new InterruptedIOException();
            }
        };
    }

    private static HttpUrl redirect(Response response, HttpUrl from) {
        String location = response.header("Location");
        boolean keepsMethod = response.code() == 307 || response.code() == 308;
        HttpUrl to = keepsMethod && location != null ? from.resolve(location) : null;
        return to != null && to.scheme().equals(from.scheme()) && to.host().equals(from.host())
                && to.port() == from.port() ? to : null;
    }
}
