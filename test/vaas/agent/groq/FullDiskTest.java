package vaas.agent.groq;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static vaas.agent.groq.Scripted.says;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import mockwebserver3.MockWebServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import vaas.agent.Question;
import vaas.agent.Reply;
import vaas.memory.Memory;

/**
 * A turn that does not fit on the disk. The disk is made small by the limit of a process for the
 * size of a file, so the chat is held in a second JVM.
 */
@Timeout(60)
class FullDiskTest {
    @TempDir
    Path folder;

    @Test
    void theTurnIsNotStoredTheOthersStayAndThereIsRoomForASmallOne() throws IOException {
        Path shell = Path.of("/bin/sh");
        assumeTrue(Files.isExecutable(shell), "there is no shell to set the limit");
        Process process = new ProcessBuilder(shell.toString(), "-c",
                "ulimit -f 64 && exec \"$0\" \"$@\"", System.getProperty("java.home") + "/bin/java",
                "-XX:-UsePerfData", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-ea",
                "-Djava.util.logging.config.file=test/logging.properties",
                "-cp", System.getProperty("java.class.path"),
                SmallDisk.class.getName(), folder.toString()).redirectErrorStream(true).start();
        String output =
                new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals("small Answered\nlarge NOT_STORED\nsmall Answered\n", output);
        try (Memory memory = Memory.open(folder, 20)) {
            assertEquals(List.of("small", "small", "small", "small"),
                    memory.latest(20).stream().map(it -> it.content()).toList());
        }
    }

    /** Chats with answers that fit and one that does not. */
    static final class SmallDisk {
        public static void main(String[] args) throws IOException {
            try (MockWebServer groq = Scripted.start();
                    Memory memory = Memory.open(Path.of(args[0]), 20);
                    GroqAgent agent = Scripted.agent(Scripted.config(groq), memory)) {
                for (String question : List.of("small", "large", "small")) {
                    groq.enqueue(says(question.equals("small") ? "small" : "x".repeat(1 << 20)));
                    Reply reply = agent.chat(Question.of(question));
                    System.out.println(question + " " + (reply instanceof Reply.Failed failed
                            ? failed.kind() : reply.getClass().getSimpleName()));
                }
            }
        }
    }
}
