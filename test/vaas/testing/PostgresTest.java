package vaas.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import vaas.testing.Postgres.Stop;

/** What tests of several servers stand on. */
@Timeout(60)
class PostgresTest {
    private static String count(String url) throws SQLException {
        return Postgres.value(url, "SELECT count(*) FROM t");
    }

    @Test
    void whatIsCommittedOutlivesEachWayToStop() throws IOException, SQLException {
        try (Postgres server = Postgres.own()) {
            String url = server.database();
            Postgres.execute(url, "CREATE TABLE t (n int)");
            for (Stop how : Stop.values()) {
                Postgres.execute(url, "INSERT INTO t VALUES (1)");
                server.stop(how);
                assertEquals("08001", assertThrows(
                        SQLException.class, () -> count(url)).getSQLState());
                server.start();
                assertEquals(Integer.toString(how.ordinal() + 1), count(url));
            }
            try (Postgres standby = server.standby()) {
                Await.until(() -> "3".equals(count(
                        standby.url(url.replaceFirst(".*/", "")))));
                server.stop(Stop.KILL);
                standby.promote();
                Postgres.execute(standby.url(url.replaceFirst(".*/", "")),
                        "INSERT INTO t VALUES (2)");
            }
        }
    }

    @Test
    void onePausedSaysNothingUntilItIsResumed() throws IOException, SQLException {
        Postgres server = Postgres.shared();
        try (Connection connection = Postgres.connect(server.url("postgres"))) {
            server.pause();
            connection.setNetworkTimeout(Runnable::run, 100);
            assertThrows(SQLException.class, () -> connection.createStatement().execute("SELECT"));
            server.resume();
            assertEquals("1", Postgres.value(server.url("postgres"), "SELECT 1"));
        }
    }

    @Test
    void thereIsOneForAllWithDatabasesOfTheirOwn() throws SQLException {
        String first = Postgres.shared().database();
        Postgres.execute(first, "CREATE TABLE t (n int)");
        assertThrows(SQLException.class, () -> count(Postgres.shared().database()));
        String copy = Postgres.shared().database(first.replaceFirst(".*/", ""));
        assertEquals("0", count(copy));
        try (Connection connection = Postgres.connect(copy.replace(Postgres.USER + "@",
                Postgres.STRANGER + ":p%40ss%3A%20100%25%2F%3F%23+%C3%A4@"));
                ResultSet row = connection.createStatement().executeQuery("SELECT current_user")) {
            row.next();
            assertEquals(Postgres.STRANGER, row.getString(1));
        }
    }
}
