package vaas.agent.groq;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.stream.Collectors;
import vaas.agent.Tool;
import vaas.json.Json;

/** The tools of one chat: the agent's own, then those of a source. Immutable. */
final class Offer {
    private final List<Tool> tools;
    private final int own;
    private final Declarations declarations;

    /** @param own how many of the tools are the agent's own */
    Offer(List<Tool> tools, int own, Declarations declarations) {
        this.tools = tools;
        this.own = own;
        this.declarations = declarations;
    }

    List<Tool> tools() {
        return tools;
    }

    Optional<Tool> tool(String name) {
        return tools.stream().filter(tool -> tool.name().equals(name)).findFirst();
    }

    boolean isOwn(Tool tool) {
        return tools.indexOf(tool) < own;
    }

    Set<String> names() {
        return names(tools);
    }

    Set<String> namesFromSource() {
        return names(tools.subList(own, tools.size()));
    }

    private static Set<String> names(List<Tool> tools) {
        return tools.stream().map(Tool::name).collect(Collectors.toSet());
    }

    /** What follows the messages of a request, without the tools of those names. */
    Piece tail(boolean mayCall, Set<String> without) {
        List<Tool> offered =
                tools.stream().filter(tool -> !without.contains(tool.name())).toList();
        if (offered.isEmpty()) {
            return Piece.of("]}");
        }
        List<Piece> pieces = new ArrayList<>();
        for (Tool tool : offered) {
            pieces.add(Piece.of(pieces.isEmpty() ? "],\"tools\":[" : ","));
            pieces.add(declarations.of(tool));
        }
        pieces.add(Piece.of(mayCall ? "]}" : "],\"tool_choice\":\"none\"}"));
        return Piece.of(pieces);
    }

    /** Tools as requests declare them, made once for each. Safe for concurrent use. */
    static final class Declarations {
        private final Map<Tool, Piece> made = new WeakHashMap<>(); // guarded by this

        synchronized Piece of(Tool tool) {
            return made.computeIfAbsent(tool, it -> Piece.of(Json.text(it.declaration())));
        }
    }
}
