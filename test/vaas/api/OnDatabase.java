package vaas.api;

import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import vaas.agent.groq.GroqAgent;
import vaas.agent.groq.OfflineGroq;
import vaas.api.RawClient.Answer;
import vaas.memory.sql.DatabaseUrl;
import vaas.memory.sql.SqlConversations;
import vaas.metrics.Metrics;
import vaas.testing.Postgres;
import vaas.testing.Troubled;

/** A real server on a database, with the stand-in for a model; others may be beside it. */
final class OnDatabase implements Closeable {
    /** Every call of the server to its memory comes by here. */
    final Troubled troubled = new Troubled();
    private final SqlConversations memory;
    private final OfflineGroq model = OfflineGroq.start();
    private final GroqAgent agent;
    private final Api api;

    /**
     * Starts one.
     *
     * @param patience for a connection, and for an answer on it
     * @param chat for each
     */
    OnDatabase(String url, Duration patience, Duration chat, int connections) throws IOException {
        Metrics metrics = new Metrics();
        memory = SqlConversations.options(DatabaseUrl.of(url)).driver(Postgres.driver())
                .timeout(patience).connections(connections).metrics(metrics).open();
        agent = GroqAgent.open(model.client(), troubled.over(memory),
                GroqAgent.options().timeout(chat));
        api = Api.start(Api.options().port(0).grace(Duration.ZERO).metrics(metrics), agent);
    }

    /** One that has time, as on a busy machine. */
    OnDatabase(String url) throws IOException {
        this(url, Duration.ofSeconds(20), Duration.ofSeconds(60), 8);
    }

    /** One request on a connection of its own; its answer has to be as openapi.json says. */
    Answer ask(String methodAndPath, String body, String... headers) {
        try (RawClient client = RawClient.to(api.url(), Described::check)) {
            return client.ask(methodAndPath, body, headers);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    Answer say(String session, String... headers) {
        return ask("POST /chat", "{\"message\":\"Hello\",\"session_id\":"
                + SessionId.json(session) + "}", headers);
    }

    Answer get(String path, String... headers) {
        return ask("GET " + path, "", headers);
    }

    @Override
    public void close() throws IOException {
        api.close();
        agent.close();
        model.close();
        memory.close();
    }
}
