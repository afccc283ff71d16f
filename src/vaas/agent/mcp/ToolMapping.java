package vaas.agent.mcp;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiFunction;
import vaas.agent.Tool;
import vaas.json.Fields;
import vaas.json.Json;

/**
 * Which of the tools on a list are offered, beside the agent's own, which win. Knows no HTTP. Used
 * by one thread at a time.
 */
final class ToolMapping {
    private static final System.Logger LOG = System.getLogger(ToolMapping.class.getName());
    private static final int TOOLS_MAX = 128;
    private static final int BYTES_MAX = 256 << 10;
    /** Of a name in the log. */
    private static final int NAME_CHARS_MAX = 128;

    private final List<Tool> own;
    private final Set<String> only;
    private final Set<String> disabled;
    private final BiFunction<ServerTool, Tool.Call, Tool.Result> function;
    private Set<String> told = Set.of(); // what the log says of the list before

    /** What to offer has the server's names, and is all if empty; what not to, also ours. */
    ToolMapping(List<Tool> own, Set<String> only, Set<String> disabled,
            BiFunction<ServerTool, Tool.Call, Tool.Result> function) {
        this.own = own;
        this.only = only;
        this.disabled = disabled;
        this.function = function;
    }

    /** Those of a list that are offered, in its order; the log names what can't be, and why. */
    List<ServerTool> of(List<?> listed) {
        Map<String, ServerTool> offered = new LinkedHashMap<>();
        Set<String> leftOut = new TreeSet<>();
        long bytes = own.stream().mapToLong(ToolMapping::bytes).sum();
        for (Object item : listed) {
            String name = Fields.get(item, "name") instanceof String text ? text : "";
            try {
                if (isWanted(name)) {
                    ServerTool tool = read(name, item, offered.keySet());
                    bytes += room(tool, own.size() + offered.size(), bytes);
                    offered.put(tool.tool().name(), tool);
                }
            } catch (IllegalArgumentException e) {
                leftOut.add(printable(name) + ": " + e.getMessage());
            }
        }
        tell(leftOut);
        return List.copyOf(offered.values());
    }

    private boolean isWanted(String name) {
        return (only.isEmpty() || only.contains(name)) && !disabled.contains(name)
                && !disabled.contains(ServerTool.fitName(name));
    }

    private ServerTool read(String name, Object item, Set<String> taken) {
        String fit = ServerTool.fitName(name);
        if (taken.contains(fit) || own.stream().anyMatch(tool -> tool.name().equals(fit))) {
            throw new IllegalArgumentException("its name is taken");
        }
        return new ServerTool(name, (Map<?, ?>) item, function);
    }

    private static long room(ServerTool tool, int before, long bytesBefore) {
        long bytes = bytes(tool.tool());
        if (before >= TOOLS_MAX || bytesBefore + bytes > BYTES_MAX) {
            throw new IllegalArgumentException("there is no room beside those before it");
        }
        return bytes;
    }

    // As a request declares it, and a comma.
    private static long bytes(Tool tool) {
        return Json.write(tool.declaration()).length + 1;
    }

    private void tell(Set<String> leftOut) {
        Set<String> news = new TreeSet<>(leftOut);
        news.removeAll(told);
        news.forEach(line -> LOG.log(System.Logger.Level.WARNING,
                "left out of the tools of the MCP server: {0}", line));
        told = new HashSet<>(leftOut);
    }

    private static String printable(String name) {
        String start = name.substring(0, Math.min(name.length(), NAME_CHARS_MAX));
        return start.replaceAll("[^!-~]", "_");
    }
}
