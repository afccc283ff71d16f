package vaas.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import vaas.api.RawClient.Answer;
import vaas.testing.Await;
import vaas.testing.LogLines;
import vaas.testing.Postgres;
import vaas.testing.Postgres.Stop;

/** Each row of the README's table of failures that speaks of the database, by the wire. */
@Timeout(120)
class DatabaseTroubleTest {
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static Postgres database; // which these tests stop

    private String url;

    @BeforeAll
    static void start() {
        database = Postgres.own();
    }

    @AfterAll
    static void stop() throws IOException {
        if (database != null) {
            database.close();
        }
    }

    @BeforeEach
    void fresh() throws SQLException {
        url = database.database();
    }

    private OnDatabase server() throws IOException {
        return new OnDatabase(url, SECOND, Duration.ofSeconds(3), 8);
    }

    private static void assertAway(Answer answer) {
        Served.problem(503, answer);
        assertEquals("/docs#memory-away", answer.json().get("type"));
        assertTrue(answer.header("Retry-After").isPresent());
    }

    @Test
    void awayBeforeTheModelIsAskedIs503UntilItIsBack() throws IOException {
        try (OnDatabase server = server(); LogLines log = LogLines.listen()) {
            assertEquals(200, server.say("a").status());
            database.stop(Stop.FAST);
            assertAway(server.say("a"));
            assertAway(server.ask("POST /reset-memory", ""));
            assertAway(server.get("/memory?session_id=a"));
            assertEquals(503, server.get("/health").status());
            database.start();
            assertEquals(200, server.say("a").status());
            assertEquals(200, server.get("/health").status());
            assertEquals(4, ((List<?>) server.get("/memory?session_id=a").json().get("records"))
                    .size());
            assertTrue(log.with("SQLSTATE 08").size() > 0);
            assertEquals(List.of(), log.with("Hello"));
        }
    }

    @Test
    void oneThatSaysNothingHangsNobody() throws IOException {
        try (OnDatabase server = server()) {
            assertEquals(200, server.say("a").status());
            database.pause();
            try {
                assertAway(server.say("a"));
            } finally {
                database.resume();
            }
            assertEquals(200, server.say("a").status());
        }
    }

    @Test
    void awayWhenTheAnswerIsThereItIsTriedUntilItIsBackOrTheTimeIsOver() throws IOException {
        try (OnDatabase server = server()) {
            before(server, "insert", () -> database.stop(Stop.IMMEDIATE));
            Answer lost = server.say("a", "Idempotency-Key: k");
            Served.problem(503, lost);
            assertEquals("/docs#maybe-stored", lost.json().get("type"));
            database.start();
            Answer first = server.say("a", "Idempotency-Key: k");
            assertEquals(200, first.status(), first.body());
        }
        try (OnDatabase server = new OnDatabase(url)) { // it starts anew in seconds, if not in 3
            before(server, "insert", () -> {
                database.stop(Stop.KILL);
                database.start();
            });
            assertEquals(200, server.say("a", "Idempotency-Key: l").status());
            assertEquals(4, ((List<?>) server.get("/memory?session_id=a").json().get("records"))
                    .size(), "each once");
        }
    }

    /** Does something once, before a call of the server to its memory. */
    private static void before(OnDatabase server, String call, Closing work) {
        server.troubled.trouble = name -> {
            if (name.equals(call)) {
                server.troubled.trouble = any -> null;
                work.run();
            }
            return null;
        };
    }

    private interface Closing {
        void run() throws IOException;
    }

    @Test
    void awayAtTheStartItIsServedAllTheSame() throws IOException {
        database.stop(Stop.FAST);
        try (OnDatabase server = server()) {
            assertAway(server.say("a"));
            assertEquals(503, server.get("/health").status());
            database.start();
            Await.until(() -> server.get("/health").status() == 200); // it has made its tables
            assertEquals(200, server.say("a").status());
        }
    }

    @Test
    void whereAllConnectionsAreInUseOneWaitsAndThenIs503() throws Exception {
        try (OnDatabase server = new OnDatabase(url, SECOND, Duration.ofSeconds(3), 1);
                Connection other = Postgres.connect(url)) {
            assertEquals(200, server.say("").status());
            other.setAutoCommit(false);
            other.createStatement().execute("LOCK TABLE vaas_conversation");
            FutureTask<Answer> stuck = new FutureTask<>(() -> server.say(""));
            new Thread(stuck).start();
            assertAway(server.get("/memory"));
            other.rollback();
            stuck.get();
            assertEquals(200, server.say("").status());
        }
    }

    @Test
    void noRoomIs507AResetWorksAndATurnMakesItWell() throws IOException, SQLException {
        try (OnDatabase server = server()) {
            assertEquals(200, server.say("a").status());
            Postgres.execute(url, "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS"
                    + " 'BEGIN RAISE ''no room'' USING ERRCODE = ''53100''; END'");
            Postgres.execute(url, "CREATE TRIGGER f BEFORE INSERT ON vaas_turn"
                    + " EXECUTE FUNCTION f()");
            for (String session : List.of("", "a")) {
                Answer full = server.say(session);
                Served.problem(507, full);
                assertEquals("/docs#memory-full", full.json().get("type"));
            }
            assertEquals(503, server.get("/health").status());
            assertEquals(2, server.ask("POST /reset-memory?session_id=a", "").json()
                    .get("records_removed"));
            assertEquals(503, server.get("/health").status());
            Postgres.execute(url, "DROP FUNCTION f CASCADE");
            assertEquals(200, server.say("a").status());
            assertEquals(200, server.get("/health").status());
        }
    }

    @ParameterizedTest
    @CsvSource({"vaas_turn, answer", "vaas_conversation, generation", "vaas_place, key"})
    void aTableThatWasAlteredByHandIsToldByHealthUntilItIsWellAgain(String table, String column)
            throws IOException, SQLException {
        try (OnDatabase server = server(); LogLines log = LogLines.listen()) {
            assertEquals(200, server.say("a").status());
            String rename = "ALTER TABLE " + table + " RENAME COLUMN ";
            Postgres.execute(url, rename + column + " TO other");
            assertAway(server.say("a"));
            Await.until(() -> server.get("/health").status() == 503);
            Postgres.execute(url, rename + "other TO " + column);
            Await.until(() -> server.get("/health").status() == 200);
            assertEquals(200, server.say("a").status());
            assertEquals(1, log.with("not as they were made").size());
        }
    }

    @Test
    void aStandbyThatTakesOverIsFoundAmongSeveralHosts() throws IOException, SQLException {
        try (Postgres primary = Postgres.own()) {
            String name = primary.database().replaceFirst(".*/", "");
            try (Postgres standby = primary.standby()) {
                String both = "postgres://" + Postgres.USER + "@127.0.0.1:" + standby.port()
                        + ",127.0.0.1:" + primary.port() + "/" + name;
                try (OnDatabase server =
                        new OnDatabase(both, SECOND, Duration.ofSeconds(3), 8)) {
                    assertEquals(200, server.say("a").status());
                    Await.until(() -> "1".equals(Postgres.value(standby.url(name),
                            "SELECT count(*) FROM pg_class WHERE relname = 'vaas_turn'"))
                            && "1".equals(Postgres.value(standby.url(name),
                                    "SELECT count(*) FROM vaas_turn")));
                    primary.stop(Stop.KILL);
                    standby.promote();
                    Await.until(() -> server.say("a").status() == 200);
                    assertEquals(4, ((List<?>) server.get("/memory?session_id=a").json()
                            .get("records")).size());
                }
            }
        }
    }
}
