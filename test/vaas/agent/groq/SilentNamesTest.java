package vaas.agent.groq;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import vaas.agent.Question;
import vaas.agent.Reply;
import vaas.testing.Talk;

/**
 * A name server that never answers. Its place is taken by a file of hosts that never ends, which
 * a JVM can be given at its start only, so the chats are held in a second one.
 */
@Timeout(60)
class SilentNamesTest {
    @TempDir
    Path folder;

    @Test
    void theLookUpOfAModelsNameEndsAtTheDeadline() throws Exception {
        Path hosts = folder.resolve("hosts");
        assumeTrue(succeeds("mkfifo", hosts.toString()), "no pipe can be made here");
        Process process = new ProcessBuilder(System.getProperty("java.home") + "/bin/java",
                "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-ea",
                "-Djdk.net.hosts.file=" + hosts,
                "-Djava.util.logging.config.file=test/logging.properties",
                "-cp", System.getProperty("java.class.path"), Asking.class.getName(),
                folder.resolve("memory").toString()).redirectErrorStream(true).start();
        try {
            assertTrue(process.waitFor(40, TimeUnit.SECONDS), "it hangs in the look-up");
            assertEquals("TIMEOUT TIMEOUT", new String(
                    process.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
        } finally {
            process.destroyForcibly();
        }
    }

    private static boolean succeeds(String... command) throws InterruptedException {
        try {
            return new ProcessBuilder(command).start().waitFor() == 0;
        } catch (IOException e) {
            return false;
        }
    }

    /** Two chats with a model of which only the name is known. */
    static final class Asking {
        public static void main(String[] args) throws IOException {
            try (Talk memory = Talk.open(Path.of(args[0]));
                    GroqAgent agent = GroqAgent.open(
                            GroqClient.options().baseUrl("http://model.example/v1"), memory.folder,
                            GroqAgent.options().timeout(Duration.ofSeconds(1)))) {
                System.out.print(kind(agent.chat(Question.of("one"))));
                System.out.print(" " + kind(agent.chat(Question.of("two"))));
            }
        }

        private static Reply.Kind kind(Reply reply) {
            return ((Reply.Failed) reply).kind();
        }
    }
}
