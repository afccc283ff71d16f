package vaas.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import vaas.api.RawClient.Answer;
import vaas.testing.Postgres;

/** Two servers on one database, to which a balancer sends requests by turns. */
@Timeout(60)
class SeveralServersTest {
    private OnDatabase one;
    private OnDatabase other;

    @BeforeEach
    void start() throws IOException, SQLException {
        String url = Postgres.shared().database();
        one = new OnDatabase(url);
        other = new OnDatabase(url);
    }

    @AfterEach
    void stop() throws IOException {
        if (other != null) {
            one.close();
            other.close();
        }
    }

    private static void assertSent(int messages, Answer answer) {
        assertEquals(200, answer.status(), answer.body());
        assertTrue(answer.body().contains("I was sent " + messages + " remembered"),
                answer.body());
        assertEquals(true, answer.json().get("remembered"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a"})
    void whatOneRemembersAllRemember(String session) {
        assertSent(0, one.say(session));
        assertSent(2, other.say(session));
        Answer last = one.say(session);
        assertSent(4, last);
        String query = session.isEmpty() ? "" : "?session_id=" + session;
        Optional<String> tag = Optional.of('"' + last.json().get("message_id").toString() + '"');
        for (OnDatabase server : List.of(one, other)) {
            Answer read = server.get("/memory" + query);
            assertEquals(tag, read.header("ETag"));
            assertEquals(6, ((List<?>) read.json().get("records")).size());
            assertEquals(304, server.get("/memory" + query, "If-None-Match: " + tag.get())
                    .status());
            assertEquals(200, server.get("/memory/" + last.json().get("message_id") + query)
                    .status());
            assertEquals(6, server.get("/memory" + query, "Accept: application/x-ndjson").body()
                    .lines().count());
            assertEquals(session.isEmpty() ? List.of() : List.of(session),
                    ((List<?>) server.get("/sessions").json().get("sessions")).stream()
                            .map(it -> ((Map<?, ?>) it).get("session_id")).toList());
        }
        assertEquals(412, other.ask("POST /reset-memory" + query, "", "If-Match: \"x\"").status());
        assertEquals(6, other.ask("POST /reset-memory" + query, "", "If-Match: " + tag.get())
                .json().get("records_removed"));
        assertSent(0, one.say(session));
        assertEquals(1, other.ask("POST /reset-memory?all=true", "").json()
                .get("sessions_reset"));
        assertSent(0, one.say(session));
    }

    @Test
    void aKeyIsAnsweredOnceWhereverItComes() {
        for (String session : List.of("", "a")) {
            Answer first = one.say(session, "Idempotency-Key: k");
            Answer again = other.say(session, "Idempotency-Key: k");
            assertEquals(Optional.of("true"), again.header("Idempotency-Replayed"));
            assertEquals(first.json(), again.json());
            assertEquals("/docs#key-reused", other.ask("POST /chat", "{\"message\":\"Bye\","
                    + "\"session_id\":" + SessionId.json(session) + "}", "Idempotency-Key: k")
                    .json().get("type"));
        }
    }
}
