package vaas;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
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

    @Test
    void whateverTheLanguageLinesAreAsciiAndLevelsTheWordsOfTheSetting() throws IOException {
        String expected = "[ -~]{29}(DEBUG|INFO|WARNING|ERROR) +[a-zA-Z.]+: [ -~]+";
        for (String language : List.of("ar,EG", "de,DE", "tr,TR")) {
            List<String> lines = output(List.of("-Dmore=true",
                    "-Duser.language=" + language.split(",")[0],
                    "-Duser.country=" + language.split(",")[1]), "TRACE");
            assertTrue(lines.stream().allMatch(line -> line.matches(expected)), lines.toString());
            assertTrue(lines.stream().anyMatch(line -> line.contains(" DEBUG   vaas.Some: ")));
            assertTrue(lines.stream().anyMatch(line -> line.endsWith("after 12,345.6 seconds")));
            assertTrue(lines.stream().anyMatch(line -> line.matches(
                    "[-0-9T:.+]{28} ERROR   vaas.Some: bad, java.io.IOException: why")));
        }
    }

    @Test
    void whatIsNotReadIsDroppedAndCountedAndHoldsNobodyUp() throws Exception {
        CountDownLatch read = new CountDownLatch(1);
        ByteArrayOutputStream target = new ByteArrayOutputStream();
        LogQueue queue = LogQueue.to(new PrintStream(new FilterOutputStream(target) {
            @Override
            public void write(byte[] bytes, int start, int count) throws IOException {
                try {
                    read.await();
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
                target.write(bytes, start, count);
            }
        }));
        try (PrintStream log = new PrintStream(queue, true, StandardCharsets.UTF_8)) {
            for (int i = 0; i < 10_000; i++) {
                log.println("a line that is not so short that nobody could tell, number " + i);
            }
            read.countDown();
            queue.drain();
            List<String> lines = target.toString(StandardCharsets.UTF_8).lines().toList();
            assertTrue(queue.dropped() > 0);
            assertEquals(10_000 - queue.dropped(), lines.size());
            assertTrue(lines.stream().allMatch(line -> line.matches("a line .*number [0-9]+")));
            log.println("and on it goes");
            queue.drain();
            assertTrue(target.toString(StandardCharsets.UTF_8).endsWith("and on it goes\n"));
        }
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
            if (Boolean.getBoolean("more")) {
                ours.log(System.Logger.Level.INFO, "after {0} seconds", 12345.6);
                ours.log(System.Logger.Level.ERROR, "bad", new IOException("why"));
            }
            theirs.log(System.Logger.Level.DEBUG, "their debug");
            theirs.log(System.Logger.Level.WARNING, "theirs");
            LogManager.getLogManager().reset(); // as the JDK's own shutdown hook does
            ours.log(System.Logger.Level.INFO, "still here");
        }
    }
}
