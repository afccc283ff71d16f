package vaas.agent.mcp;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * The server's tools as they were read last, and when they are to be read again: behind the back
 * of whoever asks, and only if somebody does. Knows no HTTP. Safe for concurrent use.
 */
final class ToolList {
    private static final System.Logger LOG = System.getLogger(ToolList.class.getName());
    private static final long FRESH_NANOS = 60_000_000_000L;
    private static final long PAUSE_NANOS = 5_000_000_000L; // after a failed reading
    private static final int PAGES_MAX = 100;
    private static final int TOOLS_MAX = 1000;

    private final Callable<List<ServerTool>> source;
    private final Executor background;
    private final LongSupplier nanoTime;
    private final AtomicBoolean reading = new AtomicBoolean();
    private volatile List<ServerTool> tools = List.of();
    private volatile long due;
    private volatile boolean up;
    private volatile String failure = ""; // that the log has told

    /** Gets one page; the first by a cursor of null. */
    interface Pages {
        Map<String, Object> page(String cursor) throws IOException, InterruptedException;
    }

    /** Knows nothing yet. If the source fails, which reads all, the tools are withdrawn. */
    ToolList(Callable<List<ServerTool>> source, Executor background, LongSupplier nanoTime) {
        this.source = source;
        this.background = background;
        this.nanoTime = nanoTime;
        this.due = nanoTime.getAsLong();
    }

    List<ServerTool> now() {
        if (nanoTime.getAsLong() - due >= 0 && reading.compareAndSet(false, true)) {
            try {
                background.execute(this::read);
            } catch (RejectedExecutionException e) { // closed
                reading.set(false);
            }
        }
        return tools;
    }

    /** Has them read again, since they turned out to be out of date. */
    void expire() {
        due = nanoTime.getAsLong();
        now();
    }

    /** How many there are now; has nothing read. */
    int size() {
        return tools.size();
    }

    /** Whether the last reading went well. */
    boolean isUp() {
        return up;
    }

    private void read() {
        try {
            List<ServerTool> fresh = source.call();
            change(fresh, "");
            due = nanoTime.getAsLong() + FRESH_NANOS;
        } catch (Exception e) {
            change(List.of(), McpException.reason(e));
            due = nanoTime.getAsLong() + PAUSE_NANOS;
        } finally {
            reading.set(false);
        }
    }

    private void change(List<ServerTool> fresh, String trouble) {
        Map<String, ServerTool> before = byName(tools);
        Map<String, ServerTool> after = byName(fresh);
        after.replaceAll((name, tool) -> // what was made of a tool is kept with it
                tool.isAs(before.get(name)) ? before.get(name) : tool);
        String news = "added " + names(after, name -> !before.containsKey(name))
                + "; changed " + names(after, name -> before.containsKey(name)
                        && before.get(name) != after.get(name))
                + "; gone " + names(before, name -> !after.containsKey(name));
        boolean isNews = !news.equals("added ; changed ; gone ")
                || trouble.isEmpty() == !failure.isEmpty();
        tools = List.copyOf(after.values());
        up = trouble.isEmpty();
        failure = trouble;
        if (isNews) {
            LOG.log(up ? System.Logger.Level.INFO : System.Logger.Level.WARNING,
                    "tools of the MCP server: {0}{1}", news, up ? "" : "; trouble: " + trouble);
        }
    }

    private static Map<String, ServerTool> byName(List<ServerTool> tools) {
        Map<String, ServerTool> byName = new LinkedHashMap<>();
        tools.forEach(tool -> byName.put(tool.tool().name(), tool));
        return byName;
    }

    private static String names(Map<String, ServerTool> tools, Predicate<String> which) {
        return tools.keySet().stream().filter(which).collect(Collectors.joining(","));
    }

    /** Reads a list to its end: an empty cursor is a cursor, one that was seen is not. */
    static List<Object> pages(Pages pages) throws IOException, InterruptedException {
        List<Object> all = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        String cursor = null;
        for (int page = 0; page < PAGES_MAX && all.size() < TOOLS_MAX; page++) {
            Map<String, Object> result = pages.page(cursor);
            if (!(result.get("tools") instanceof List<?> some)) {
                throw new McpException("a list without tools");
            }
            all.addAll(some);
            if (!(result.get("nextCursor") instanceof String next) || !seen.add(next)) {
                break;
            }
            cursor = next;
        }
        return all.subList(0, Math.min(all.size(), TOOLS_MAX));
    }
}
