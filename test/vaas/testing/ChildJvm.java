package vaas.testing;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Starts further JVMs on the class path of the tests. */
public final class ChildJvm {
    private ChildJvm() {}

    /** The command that runs a main class with options of the JVM, in as little as it takes. */
    public static List<String> command(List<String> options, Class<?> main, String... args) {
        List<String> command = new ArrayList<>(List.of(
                System.getProperty("java.home") + "/bin/java", "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1", "-ea", "-cp", System.getProperty("java.class.path")));
        command.addAll(options);
        command.add(main.getName());
        command.addAll(List.of(args));
        return command;
    }

    /** Starts a main class that logs nothing. */
    public static Process start(String option, Class<?> main, String... args) throws IOException {
        List<String> options = List.of(
                option, "-Djava.util.logging.config.file=test/logging.properties");
        return start(command(options, main, args));
    }

    /** Runs a main class that logs nothing to its end and returns what it printed. */
    public static String output(String option, Class<?> main, String... args) throws IOException {
        return output(start(option, main, args));
    }

    /** Runs a command to its end and returns what it printed, errors included. */
    public static String output(List<String> command) throws IOException {
        return output(start(command));
    }

    private static Process start(List<String> command) throws IOException {
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }

    private static String output(Process process) throws IOException {
        try {
            return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } finally {
            process.destroyForcibly();
        }
    }
}
