package vaas.api;

import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import vaas.agent.BaseAgent;
import vaas.budget.OverBudgetException;
import vaas.http.EntityTags;
import vaas.http.Problem;
import vaas.http.Request;
import vaas.http.Response;
import vaas.http.Route;
import vaas.json.Json;
import vaas.memory.Conversations;
import vaas.memory.MemoryAwayException;
import vaas.memory.MemoryUnavailableException;
import vaas.memory.Receipt;
import vaas.memory.RefusedException;
import vaas.memory.Requester;

/** {@code POST /reset-memory}: forgets one conversation, or all. */
record ResetMemoryHandler(BaseAgent agent) implements Route {
    private static final System.Logger LOG = System.getLogger(ResetMemoryHandler.class.getName());
    private static final String DONE = "Memory reset successfully";

    @Override
    public BodyUse bodyUse() {
        return BodyUse.SKIMMED;
    }

    @Override
    public Response handle(Request request) throws IOException {
        ResetScope scope = ResetScope.of(request);
        Requester by = new Requester(
                request.id(), request.remoteAddress(), request.logId());
        try {
            return scope.all() ? all(by) : one(scope, by);
        } catch (Problem | OverBudgetException e) {
            throw e;
        } catch (RefusedException e) {
            throw ProblemType.TOO_MANY_IN_USE.askAgain("Too many conversations are in use.");
        } catch (MemoryAwayException e) {
            LOG.log(System.Logger.Level.ERROR, "id {0}: reset failed: {1}", request.logId(),
                    e.toString());
            throw ProblemType.MEMORY_AWAY.askAgain("The memory can't be reached for now.");
        } catch (MemoryUnavailableException e) {
            throw ProblemType.MEMORY_UNAVAILABLE.problem("The memory is closed.");
        } catch (IOException e) {
            LOG.log(System.Logger.Level.ERROR, "id {0}: reset failed: {1}", request.logId(),
                    e.toString());
            throw new Problem(500, "Memory reset failed");
        }
    }

    private Response one(ResetScope scope, Requester by) throws IOException {
        boolean always = scope.tags() == EntityTags.NONE || scope.tags().any();
        Receipt receipt = (always ? Optional.of(agent.resetMemory(scope.conversation(), by))
                : agent.resetMemory(scope.conversation(), by, scope.tags().strong()))
                .orElseThrow(() -> new Problem(412, "The conversation is in another state."));
        LOG.log(System.Logger.Level.INFO, "id {0}: conversation {1} begins: {2}", by.logId(),
                BaseAgent.threadId(scope.conversation(), receipt.generation()), receipt);
        Map<String, Object> body = Json.object("message", DONE,
                "records_removed", orNull(receipt.recordsRemoved()),
                "bytes_removed", receipt.bytesRemoved(), "generation", receipt.generation());
        receipt.backup().ifPresent(file -> body.put("backup", file));
        body.put(SessionId.NAME, SessionId.orNull(scope.conversation()));
        return Response.ok(body);
    }

    private Response all(Requester by) throws IOException {
        Conversations.Total total = agent.conversations().resetAll(by);
        LOG.log(System.Logger.Level.INFO, "id {0}: all conversations begin: {1}", by.logId(),
                total);
        return Response.ok(Json.object("message", DONE, "sessions_reset", total.conversations(),
                "records_removed", orNull(total.recordsRemoved()),
                "bytes_removed", total.bytesRemoved()));
    }

    private static Long orNull(OptionalLong records) {
        return records.isPresent() ? records.getAsLong() : null;
    }
}
