package vaas.memory.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import vaas.testing.ChildJvm;
import vaas.memory.Memory;
import vaas.testing.Talk;

/** Kills a real process (SIGKILL) in mid-load and looks at what it left. */
@Timeout(300)
class KillTest {
    private static final int KILLS = 4;
    private static final int THREADS = 8;

    @TempDir
    Path folder;

    @Test
    void everyAcknowledgedTurnIsThereOnceWholeAndInOrder() throws Exception {
        List<String> acknowledged = new ArrayList<>();
        for (int kill = 1; kill <= KILLS; kill++) {
            acknowledged.addAll(killAfter(20 + 90 * kill, "run" + kill));
            List<String> found;
            try (Talk talk = Talk.open(folder)) {
                found = talk.all();
                assertEquals(0, talk.memory.damagedLines());
            }
            assertEquals(0, found.size() % 2);
            for (int i = 0; i < found.size(); i += 2) {
                assertEquals("answer to " + found.get(i), found.get(i + 1), "turns stay together");
            }
            for (int thread = 0; thread < THREADS; thread++) {
                checkInOrder(ofThread(acknowledged, thread), ofThread(found, thread));
            }
        }
        assertTrue(acknowledged.size() > 100);
    }

    private static void checkInOrder(List<String> acknowledged, List<String> found) {
        List<String> known = new ArrayList<>(found);
        known.retainAll(acknowledged);
        assertEquals(acknowledged, known, "once each, in the order of their acknowledgement");
    }

    private static List<String> ofThread(List<String> texts, int thread) {
        return texts.stream().filter(text -> text.startsWith("thread" + thread + " ")).toList();
    }

    private List<String> killAfter(int turns, String run) throws IOException {
        Process process = ChildJvm.start("-Xmx64m", Load.class, folder.toString(), run);
        List<String> acknowledged = new ArrayList<>();
        try (BufferedReader out = new BufferedReader(new InputStreamReader(
                process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                if (line.endsWith(".")) { // a whole line: the kill may cut one short
                    acknowledged.add(line.substring(0, line.length() - 1));
                }
                if (acknowledged.size() == turns) {
                    process.toHandle().destroyForcibly(); // leaves the stream readable
                }
            }
        } finally {
            process.destroyForcibly();
        }
        assertTrue(acknowledged.size() >= turns, "the load ended early: " + acknowledged);
        return acknowledged;
    }

    /** Stores turns from many threads, and prints each once it is acknowledged. */
    static final class Load {
        public static void main(String[] args) throws IOException {
            Memory memory = Talk.open(Path.of(args[0])).memory;
            for (int i = 0; i < THREADS; i++) {
                int thread = i;
                new Thread(() -> talk(memory, "thread" + thread + " " + args[1])).start();
            }
        }

        private static void talk(Memory memory, String name) {
            for (int turn = 0; turn < 100_000; turn++) {
                String text = name + " turn" + turn;
                try {
                    Talk.stored(memory.insert(memory.latest(20), text, "answer to " + text));
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
                System.out.println(text + ".");
            }
        }
    }
}
