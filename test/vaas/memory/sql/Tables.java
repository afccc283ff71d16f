package vaas.memory.sql;

import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import vaas.testing.Postgres;

/** Tables of a test's own, in a schema of the one database that all tests share. */
final class Tables {
    private static final AtomicInteger NUMBERS = new AtomicInteger();

    private final String schema = "t" + NUMBERS.incrementAndGet();
    private final String url;

    Tables() throws SQLException {
        Postgres server = Postgres.shared();
        url = server.url("postgres") + "?currentSchema=" + schema;
        server.execute("CREATE SCHEMA " + schema);
    }

    /** What {@code DATABASE_URL} says of them. */
    String url() {
        return url;
    }

    /** How another server is to be opened on them. */
    SqlConversations.Options server() {
        return server(url);
    }

    /** How another server is to be opened on a database. */
    static SqlConversations.Options server(String url) {
        return SqlConversations.options(DatabaseUrl.of(url)).driver(Postgres.driver())
                .timeout(Duration.ofSeconds(20)); // a busy machine is no trouble
    }

    SqlConversations open() throws IOException {
        return server().open();
    }

    /** What a query finds first, as a program beside the servers sees it. */
    String value(String sql) throws SQLException {
        return Postgres.value(url, sql);
    }

    long count(String table) throws SQLException {
        return Long.parseLong(value("SELECT count(*) FROM " + table));
    }

    void execute(String sql) throws SQLException {
        Postgres.execute(url, sql);
    }
}
