package vaas.agent.mcp;

import java.io.IOException;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import okhttp3.HttpUrl;
import vaas.agent.Deadline;
import vaas.agent.Question;
import vaas.agent.Tool;
import vaas.agent.ToolSource;
import vaas.budget.Budget;
import vaas.http.Workers;
import vaas.metrics.Counter;
import vaas.metrics.Metrics;

/**
 * The tools of one MCP server. Whatever that does, or fails to do, costs a chat no more than its
 * tools. Whoever opened it closes it. Safe for concurrent use.
 */
public final class McpTools implements ToolSource {
    static final Answer.Limit ANSWER = new Answer.Limit(1 << 20, 20_000);

    private static final System.Logger LOG = System.getLogger(McpTools.class.getName());
    private static final Answer.Limit LIST = new Answer.Limit(4 << 20, 100_000);
    private static final Duration START = Duration.ofSeconds(2);
    /** What a call takes of the heap besides texts: its connection's, for the most. */
    private static final int CALL_BYTES = 20 << 10;
    /** Of an argument's char, while a request is written. */
    private static final int CHAR_BYTES = 3;
    /** In the words of servers that say it in a result. */
    private static final Pattern UNKNOWN_TOOL =
            Pattern.compile("(?is).{0,40}(unknown tool|tool .{0,100}not found).*");

    private final Transport transport;
    private final Duration timeout;
    private final Budget budget;
    private final ToolMapping mapping;
    private final ToolList list;
    private final ScheduledExecutorService background = Workers.timer("vaas-mcp-list");
    private final Metrics metrics;
    /** Of chats in which a call has outlasted its time. */
    private final Set<Deadline> slowed = Collections.synchronizedSet(
            Collections.newSetFromMap(new WeakHashMap<>()));

    private McpTools(Options options) {
        this.transport = new Transport(options.server, options.token, options.version);
        this.timeout = options.timeout;
        this.budget = options.budget;
        this.mapping = new ToolMapping(
                options.own, options.only, options.disabled, this::call);
        this.list = new ToolList(this::read, background, System::nanoTime);
        this.metrics = options.metrics;
        List.of("ok", "tool_error", "failed", "timeout").forEach(this::calls);
        metrics.gauge("vaas_mcp_tools", "Tools of the MCP server on offer.", list::size);
        metrics.gauge("vaas_mcp_up", "Whether the list of the MCP server could be read.",
                () -> list.isUp() ? 1 : 0);
    }

    private Counter calls(String outcome) {
        return metrics.counter("vaas_mcp_calls_total",
                "Calls of tools of the MCP server by what they came to.", "outcome", outcome);
    }

    /** Sets it up, and reads the list; goes on without it after 2 s, or if that fails. */
    public static McpTools open(Options options) {
        McpTools tools = new McpTools(options);
        tools.list.now();
        try {
            tools.background.submit(() -> { }).get(START.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            // whoever chats first has what is there by then
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return tools;
    }

    /**
     * Options with their defaults.
     *
     * @param server absolute, http or https
     * @throws IllegalArgumentException if it is another kind of URL, or has a user or a fragment
     */
    public static Options options(String server) {
        return new Options(server);
    }

    @Override
    public List<Tool> tools(Question question) {
        return list.now().stream().filter(tool -> tool.isFor(question)).map(ServerTool::tool)
                .toList();
    }

    /** Cuts calls that are under way, and ends its connections and threads. */
    @Override
    public void close() {
        background.shutdownNow();
        transport.close();
    }

    private List<ServerTool> read() throws IOException, InterruptedException {
        Deadline deadline = Deadline.after(timeout);
        long[] read = new long[1];
        try (Budget.Share share = budget.share()) {
            share.take(CALL_BYTES);
            return mapping.of(ToolList.pages(cursor -> {
                Transport.Result page = transport.request(new Transport.Ask("tools/list",
                        cursor == null ? Map.of() : Map.of("cursor", cursor), Optional.empty(),
                        deadline, share, LIST.less(read[0])));
                read[0] += page.bytes();
                return page.fields();
            }));
        } catch (IOException | InterruptedException | RuntimeException e) {
            transport.forget();
            throw e;
        }
    }

    private Tool.Result call(ServerTool tool, Tool.Call call) {
        Deadline deadline = deadline(call);
        try (Budget.Share share = budget.share()) {
            CallResult result = new CallResult(send(tool, call, deadline, share));
            Tool.Result found = result.toResult();
            calls(result.isError() ? "tool_error" : "ok").increment();
            if (result.isError() && UNKNOWN_TOOL.matcher(found.text()).matches()) {
                list.expire();
            }
            return found;
        } catch (IOException | InterruptedException | RuntimeException e) {
            failed(tool, call, e, deadline.hasPassed());
            return CallResult.FAILED;
        }
    }

    // The model has to answer in what is left, too: also if all that it calls hang.
    private Deadline deadline(Tool.Call call) {
        Duration left = slowed.contains(call.deadline()) ? call.remaining().dividedBy(8)
                : call.remaining().multipliedBy(3).dividedBy(4);
        return Deadline.after(left.compareTo(timeout) < 0 ? left : timeout);
    }

    private Map<String, Object> send(ServerTool tool, Tool.Call call, Deadline deadline,
            Budget.Share share) throws IOException, InterruptedException {
        Map<String, Object> arguments = tool.arguments(call);
        share.take(CALL_BYTES + CHAR_BYTES * arguments.values().stream()
                .mapToLong(value -> value instanceof String text ? text.length() : 0).sum());
        return transport.request(new Transport.Ask("tools/call",
                Map.of("name", tool.name(), "arguments", arguments), call.question().trace(),
                deadline, share, ANSWER)).fields();
    }

    private void failed(ServerTool tool, Tool.Call call, Exception e, boolean late) {
        calls(late ? "timeout" : "failed").increment();
        LOG.log(System.Logger.Level.WARNING, "id {0}: tool {1} of the MCP server failed: {2}",
                call.question().requestId(), tool.tool().name(),
                late ? "no answer in time" : McpException.reason(e));
        if (late) {
            slowed.add(call.deadline());
        } else if (e instanceof McpException refused && refused.mayBeOfAnotherList()) {
            list.expire();
        }
    }

    /** How they are set up. Not safe for concurrent use; copied when they are opened. */
    public static final class Options {
        private static final Pattern LOOPBACK =
                Pattern.compile("localhost|.*\\.localhost|127(\\.[0-9]+){3}|::1");

        private final HttpUrl server;
        private Optional<String> token = Optional.empty();
        private Duration timeout = Duration.ofSeconds(30);
        private Set<String> only = Set.of();
        private Set<String> disabled = Set.of();
        private List<Tool> own = List.of();
        private String version = "0";
        private Metrics metrics = new Metrics();
        private Budget budget = Budget.ofThisProcess();

        private Options(String url) {
            HttpUrl parsed = url.matches("(?i)https?://[^/?#\\s].*") ? HttpUrl.parse(url) : null;
            if (parsed == null || url.matches("[^/]*//[^/?#]*@.*") || parsed.fragment() != null) {
                throw new IllegalArgumentException("not a URL such as https://host/mcp");
            }
            this.server = parsed;
        }

        /**
         * Sent to the server as bearer; visible ASCII.
         *
         * @throws IllegalArgumentException if it would go over http beyond loopback
         */
        public Options token(String secret) {
            if (!server.isHttps() && !LOOPBACK.matcher(server.host()).matches()) {
                throw new IllegalArgumentException("a token over http beyond loopback");
            }
            token = Optional.of(secret);
            return this;
        }

        /** Time for one call; 30 seconds by default, and less where a chat has less. */
        public Options timeout(Duration each) {
            timeout = each;
            return this;
        }

        /** The server's names of the tools to offer; by default, or if empty, all. */
        public Options only(Set<String> names) {
            only = Set.copyOf(names);
            return this;
        }

        /** Names, the server's or those that a model sees, of tools to leave out. */
        public Options disabled(Set<String> names) {
            disabled = Set.copyOf(names);
            return this;
        }

        /** The agent's own tools, beside which these are offered. */
        public Options own(Tool... tools) {
            own = List.of(tools);
            return this;
        }

        /** Of the program, as the server is told. */
        public Options version(String ofProgram) {
            version = ofProgram;
            return this;
        }

        /** Where calls are counted; by default nowhere that could be seen. */
        public Options metrics(Metrics shared) {
            metrics = shared;
            return this;
        }

        /** What calls and answers are charged to; by default one alone. */
        public Options budget(Budget shared) {
            budget = shared;
            return this;
        }
    }
}
