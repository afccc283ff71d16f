package vaas.memory.sql;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.DriverPropertyInfo;
import java.sql.SQLException;
import java.util.Properties;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The operator's JDBC driver for PostgreSQL, loaded from its jar by a class loader of its own that
 * sees the JDK and nothing of the program. Safe for concurrent use.
 */
public final class DatabaseDriver {
    /** Where Debian's package puts it. */
    public static final Path DEBIAN = Path.of("/usr/share/java/postgresql.jar");
    /** How to get one, in a clause. */
    public static final String SOURCE = "get org.postgresql:postgresql from Maven, or"
            + " libpostgresql-jdbc-java from Debian";

    private static final String URL_FORM = "jdbc:postgresql://localhost/x";

    private final Driver driver;

    private DatabaseDriver(Driver driver) {
        this.driver = driver;
    }

    /**
     * Loads one.
     *
     * @throws IOException if there is none for PostgreSQL in the jar; the message is a clause that
     *     says how to get one
     */
    public static DatabaseDriver load(Path jar) throws IOException {
        if (!Files.isRegularFile(jar)) {
            throw new IOException("is " + jar + ", where there is no file: " + SOURCE);
        }
        URLClassLoader loader = new URLClassLoader(
                new URL[] {jar.toUri().toURL()}, ClassLoader.getPlatformClassLoader());
        try {
            for (Driver driver : ServiceLoader.load(Driver.class, loader)) {
                if (driver.getClass().getClassLoader() == loader && driver.acceptsURL(URL_FORM)) {
                    return new DatabaseDriver(driver);
                }
            }
        } catch (ServiceConfigurationError | LinkageError | SQLException e) {
            // it is none either
        }
        loader.close();
        throw new IOException("is " + jar + ", which is no driver for PostgreSQL: " + SOURCE);
    }

    /**
     * Checks that it knows what a URL asks of it.
     *
     * @throws IllegalArgumentException if it does not know a parameter, which the message, a
     *     clause, names without its value
     */
    public void check(DatabaseUrl url) {
        Set<String> unknown = new TreeSet<>(url.parameters());
        try {
            unknown.removeAll(Stream.of(driver.getPropertyInfo(url.jdbc(), new Properties()))
                    .map((DriverPropertyInfo known) -> known.name).collect(Collectors.toSet()));
        } catch (SQLException e) {
            throw new IllegalArgumentException("is nothing that the driver understands", e);
        }
        if (!unknown.isEmpty()) {
            throw new IllegalArgumentException(
                    "has a parameter that the driver does not know: " + unknown.iterator().next());
        }
    }

    /**
     * Connects and logs in.
     *
     * @param properties the URL's, and whatever else the driver is to be told
     * @throws SQLException as the driver words it; nothing of it may be shown but its state
     */
    public Connection connect(DatabaseUrl url, Properties properties) throws SQLException {
        Connection connection = driver.connect(url.jdbc(), properties);
        if (connection == null) {
            throw new SQLException("no connection", "08001");
        }
        return connection;
    }
}
