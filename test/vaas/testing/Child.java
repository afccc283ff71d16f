package vaas.testing;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Starts a second JVM on the class path of the tests. */
public final class Child {
    private Child() {}

    /** Runs a main class to its end and returns what it printed, errors included. */
    public static String output(String option, Class<?> main, String... args) throws IOException {
        Process process = start(option, main, args);
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    /** Starts a main class with one option of the JVM. */
    public static Process start(String option, Class<?> main, String... args) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                System.getProperty("java.home") + "/bin/java", option, "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1", "-ea", "-cp", System.getProperty("java.class.path"),
                "-Djava.util.logging.config.file=test/logging.properties", main.getName()));
        command.addAll(List.of(args));
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }
}
