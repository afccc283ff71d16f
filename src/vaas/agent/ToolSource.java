package vaas.agent;

import java.util.List;

/**
 * Where tools come from that are not the agent's own, as from another server. They may come and go
 * between two chats. Asked by many threads at a time; closed by whoever opened it.
 */
@FunctionalInterface
public interface ToolSource extends AutoCloseable {
    /** One that has none. */
    ToolSource NONE = question -> List.of();

    /**
     * The tools that a chat may use, to its end. A tool that has not changed should be the same
     * object as before, since what a request says of it is made once and kept with it.
     *
     * @param question what is going to be answered
     * @return at once, whatever has become of the other server
     */
    List<Tool> tools(Question question);

    /** Ends what it holds; by default nothing. */
    @Override
    default void close() {}
}
