package vaas;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.logging.LogManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import vaas.config.Config.LogLevel;
import vaas.testing.ChildJvm;

/** In JVMs of its own, because logging is set up once in a JVM. */
@Timeout(300)
class LoggingTest {
    @TempDir
    Path folder;

    @Test
    void anEventIsOneLineFromTheLevelOnAndUntilTheEnd() throws IOException {
        List<String> lines = output(List.of(), "INFO");
        assertEquals(4, lines.size(), lines.toString());
        String time = "[0-9-]{10}T[0-9:]{8}\\.[0-9]{3}[+-][0-9]{4} ";
        assertTrue(lines.get(0).matches(time + "INFO +vaas.Some: hello world"), lines.get(0));
        assertTrue(lines.get(1).matches(time + "WARNING +vaas.Some: warn"), lines.get(1));
        assertTrue(lines.get(2).matches(time + "WARNING +other: theirs"), lines.get(2));
        assertTrue(lines.get(3).matches(time + "INFO +vaas.Some: still here"), lines.get(3));
    }

    @Test
    void levelsReachOurOwnLoggersOnly() throws IOException {
        List<String> debug = output(List.of(), "DEBUG");
        assertTrue(debug.stream().anyMatch(line -> line.endsWith("vaas.Some: debug")));
        assertFalse(debug.toString().contains("their debug"));
        List<String> off = output(List.of(), "OFF");
        assertEquals(1, off.size(), off.toString());
        assertTrue(off.get(0).endsWith("other: theirs"));
    }

    @Test
    void anOperatorsLoggingFileDecides() throws IOException {
        Path file = folder.resolve("logging.properties");
        Files.writeString(file, "handlers = java.util.logging.ConsoleHandler\n.level = SEVERE\n");
        assertEquals(List.of(),
                output(List.of("-Djava.util.logging.config.file=" + file), "TRACE"));
    }

    @Test
    void anOperatorsFormatStays() throws IOException {
        List<String> lines = output(
                List.of("-Djava.util.logging.SimpleFormatter.format=<%5$s>%n"), "ERROR");
        assertEquals(List.of("<theirs>"), lines);
    }

    private static List<String> output(List<String> options, String level) throws IOException {
        return ChildJvm.output(ChildJvm.command(options, Talker.class, level)).lines().toList();
    }

    /** Logs as the program does. */
    static final class Talker {
        public static void main(String[] args) {
            Logging.prepare();
            Logging.level(LogLevel.valueOf(args[0]));
            System.Logger ours = System.getLogger("vaas.Some");
            System.Logger theirs = System.getLogger("other");
            ours.log(System.Logger.Level.DEBUG, "debug");
            ours.log(System.Logger.Level.INFO, "hello {0}", "world");
            ours.log(System.Logger.Level.WARNING, "warn");
            theirs.log(System.Logger.Level.DEBUG, "their debug");
            theirs.log(System.Logger.Level.WARNING, "theirs");
            LogManager.getLogManager().reset(); // as the JDK's own shutdown hook does
            ours.log(System.Logger.Level.INFO, "still here");
        }
    }
}
