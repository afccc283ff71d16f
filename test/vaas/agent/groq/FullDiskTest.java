package vaas.agent.groq;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static vaas.agent.groq.Scripted.says;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import mockwebserver3.MockWebServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import vaas.agent.Question;
import vaas.agent.Reply;
import vaas.testing.Talk;
import vaas.testing.ChildJvm;

/**
 * A turn that does not fit on the disk. The disk is made small by the limit of a process for the
 * size of a file, so the chat is held in a second JVM.
 */
@Timeout(300)
class FullDiskTest {
    @TempDir
    Path folder;

    @Test
    void theTurnIsNotStoredTheOthersStayAndThereIsRoomForASmallOne() throws IOException {
        Path shell = Path.of("/bin/sh");
        assumeTrue(Files.isExecutable(shell), "there is no shell to set the limit");
        List<String> command = new ArrayList<>(List.of(
                shell.toString(), "-c", "ulimit -f 64 && exec \"$0\" \"$@\""));
        command.addAll(ChildJvm.command(List.of("-XX:-UsePerfData",
                "-Djava.util.logging.config.file=test/logging.properties"),
                SmallDisk.class, folder.toString()));
        String output = ChildJvm.output(command);
        assertEquals("small Answered\nlarge NOT_STORED\nsmall Answered\n", output);
        try (Talk memory = Talk.open(folder)) {
            assertEquals(List.of("small", "small", "small", "small"),
                    memory.records(20).stream().map(it -> it.content()).toList());
        }
    }

    /** Chats with answers that fit and one that does not. */
    static final class SmallDisk {
        public static void main(String[] args) throws IOException {
            try (MockWebServer groq = Scripted.start();
                    Talk memory = Talk.open(Path.of(args[0]));
                    GroqAgent agent = Scripted.agent(Scripted.config(groq), memory.folder)) {
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
