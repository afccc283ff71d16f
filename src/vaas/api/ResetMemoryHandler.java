package vaas.api;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import vaas.agent.BaseAgent;
import vaas.http.Problem;
import vaas.http.Request;
import vaas.http.Response;
import vaas.http.Route;
import vaas.memory.Conversations;
import vaas.memory.MemoryUnavailableException;
import vaas.memory.Receipt;
import vaas.memory.Requester;

/**
 * {@code POST /reset-memory}: forgets the conversation. The body is ignored, but for one that could
 * not be read: a reset can't be taken back, so it does nothing when in doubt.
 */
final class ResetMemoryHandler implements Route {
    private static final System.Logger LOG = System.getLogger(ResetMemoryHandler.class.getName());

    private final BaseAgent agent;

    ResetMemoryHandler(BaseAgent agent) {
        this.agent = agent;
    }

    @Override
    public Response handle(Request request) throws Problem {
        if (request.hasBody()) {
            BodyType.checkReadable(request.headers());
        }
        try {
            Receipt receipt = agent.resetMemory(Conversations.SHARED,
                    new Requester(request.id(), request.remoteAddress()));
            LOG.log(System.Logger.Level.INFO, "id {0}: conversation {1} begins: {2}", request.id(),
                    BaseAgent.threadId(Conversations.SHARED, receipt.generation()), receipt);
            Map<String, Object> body = new LinkedHashMap<>();
            body.put("message", "Memory reset successfully");
            body.put("records_removed", receipt.recordsRemoved().isPresent()
                    ? receipt.recordsRemoved().getAsLong() : null);
            body.put("bytes_removed", receipt.bytesRemoved());
            body.put("generation", receipt.generation());
            receipt.backup().ifPresent(file -> body.put("backup", file));
            return Response.ok(body);
        } catch (MemoryUnavailableException e) {
            throw ProblemType.MEMORY_UNAVAILABLE.problem("The memory is closed.");
        } catch (IOException e) {
            LOG.log(System.Logger.Level.ERROR, "id {0}: reset failed: {1}", request.id(),
                    e.toString());
            throw new Problem(500, "Memory reset failed");
        }
    }
}
