package vaas.memory.sql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import vaas.testing.Postgres;

class DatabaseDriverTest {
    @TempDir
    Path folder;

    private static void assertNone(Path jar, String why) {
        assertEquals("is " + jar + ", " + why + ": get org.postgresql:postgresql from Maven, or"
                + " libpostgresql-jdbc-java from Debian", assertThrows(
                        IOException.class, () -> DatabaseDriver.load(jar)).getMessage());
    }

    @Test
    void aJarThatHasNoneIsToldWithTheWayToGetOne() throws IOException {
        assertNone(folder.resolve("none.jar"), "where there is no file");
        assertNone(folder, "where there is no file");
        Path text = Files.writeString(folder.resolve("text.jar"), "no jar");
        assertNone(text, "which is no driver for PostgreSQL");
        Path empty = folder.resolve("empty.jar");
        try (OutputStream file = Files.newOutputStream(empty);
                ZipOutputStream zip = new ZipOutputStream(file)) {
            zip.putNextEntry(new ZipEntry("META-INF/services/java.sql.Driver"));
            zip.write("no.such.Driver".getBytes(StandardCharsets.US_ASCII));
            zip.closeEntry();
        }
        assertNone(empty, "which is no driver for PostgreSQL");
    }

    @Test
    void itIsLoadedByItselfAndConnects() throws IOException, SQLException {
        Postgres server = Postgres.shared();
        DatabaseUrl url = DatabaseUrl.of(server.url("postgres"));
        try (Connection connection =
                DatabaseDriver.load(Postgres.jar()).connect(url, url.properties())) {
            assertNotEquals(getClass().getClassLoader(),
                    connection.getClass().getClassLoader());
            assertEquals("postgres", connection.getCatalog());
        }
    }

    @Test
    void aParameterThatItDoesNotKnowIsNamedWithoutItsValue() {
        Postgres.assumeInstalled();
        Postgres.driver().check(DatabaseUrl.of(
                "postgres://u:p@h/d?sslmode=require&currentSchema=s&prepareThreshold=0"));
        assertEquals("has a parameter that the driver does not know: channel_binding",
                assertThrows(IllegalArgumentException.class, () -> Postgres.driver().check(
                        DatabaseUrl.of("postgres://u:p@h/d?sslmode=require&channel_binding=x")))
                        .getMessage());
    }
}
