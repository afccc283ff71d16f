package vaas;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import vaas.api.RawClient;
import vaas.config.Setting;
import vaas.testing.ChildJvm;
import vaas.testing.Postgres;
import vaas.testing.Talk;

/** How the program starts, or does not, on a database. */
@Tag("long")
@Timeout(120)
class DatabaseStartTest {
    @TempDir
    Path folder;

    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private Map<String, String> environment(String url) {
        return new HashMap<>(Map.of("PORT", "0", "MEMORY_DIR", folder.toString(),
                "DATABASE_URL", url, "DATABASE_DRIVER", Postgres.jar().toString()));
    }

    /** Starts in vain, and returns the one sentence that says why. */
    private String trouble(int exitCode, Map<String, String> environment) {
        assertEquals(exitCode, Main.run(List.of("--offline"), environment,
                InputStream.nullInputStream(), System.out,
                new PrintStream(err, true, StandardCharsets.UTF_8)));
        String said = err.toString(StandardCharsets.UTF_8);
        assertEquals(1, said.lines().count(), said);
        assertFalse(said.contains("s3cr3t") || said.contains("Exception"), said);
        return said;
    }

    @ParameterizedTest
    @CsvSource({"stranger:s3cr3t@, postgres, 28P01", "vaas@, s3cr3t, 3D000"})
    void whereTheDatabaseRefusesItEndsWithOne(String login, String name, String state) {
        String url = "postgres://" + login + "127.0.0.1:" + Postgres.shared().port() + "/" + name;
        String said = trouble(1, environment(url));
        assertTrue(said.startsWith("vaas: can't start: the database refuses: SQLSTATE " + state),
                said);
    }

    @Test
    void tablesOfALaterVersionEndItWithOne() throws SQLException {
        String url = Postgres.shared().database();
        Postgres.execute(url, "CREATE TABLE vaas_schema AS SELECT 2 AS version");
        assertTrue(trouble(1, environment(url)).contains("version"));
    }

    @Test
    void wrongSettingsEndItWithTwo() {
        Postgres.assumeInstalled();
        assertTrue(trouble(2, environment("postgres://u:s3cr3t@h/d?x=s3cr3t"))
                .startsWith("vaas: DATABASE_URL has a parameter that the driver does not know: x"));
        err.reset();
        Map<String, String> environment = environment("postgres://u:s3cr3t@h/d");
        environment.put("DATABASE_DRIVER", folder.resolve("none.jar").toString());
        assertTrue(trouble(2, environment).startsWith("vaas: DATABASE_DRIVER is "));
    }

    @Test
    void aRealProcessServesTellsWhereAndEnds() throws Exception {
        String url = Postgres.shared().database().replace(Postgres.USER + "@", "");
        try (Talk talk = Talk.open(folder)) {
            talk.say(1, 1); // which are not in the database
        }
        ProcessBuilder builder =
                new ProcessBuilder(ChildJvm.command(List.of(), Main.class, "--offline"));
        Map<String, String> environment = builder.environment();
        Arrays.stream(Setting.values()).map(Setting::name).forEach(environment::remove);
        environment.putAll(environment(url));
        environment.putAll(Map.of("DATABASE_USER", Postgres.USER, "DATABASE_PASSWORD", "s3cr3t"));
        Process process = builder.start();
        try (BufferedReader out = new BufferedReader(new InputStreamReader(
                process.getInputStream(), StandardCharsets.UTF_8))) {
            String line = out.readLine();
            assertTrue(line.contains(", memory " + url.substring("postgres://".length())
                    + ", model "), line);
            try (RawClient client = RawClient.to(
                    URI.create(line.replaceFirst(".* listens on ([^,]*),.*", "$1")))) {
                assertEquals(200, client.ask("POST /chat", "{\"message\":\"Hi\"}").status());
            }
            process.toHandle().destroy();
            assertTrue(process.waitFor(60, TimeUnit.SECONDS));
            assertEquals(0, process.exitValue());
            String log = new String(process.getErrorStream().readAllBytes(),
                    StandardCharsets.UTF_8);
            assertTrue(log.contains("the conversations in " + folder + " are not in the database;"
                    + " stop and take them there with --import"), log);
            assertFalse(log.contains("s3cr3t"), log);
        } finally {
            process.destroyForcibly();
        }
        assertEquals("1", Postgres.value(url.replace("//", "//" + Postgres.USER + "@"),
                "SELECT count(*) FROM vaas_turn"));
    }
}
