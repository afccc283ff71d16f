package vaas.memory.folder;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import vaas.memory.Requester;
import vaas.testing.ChildJvm;
import vaas.testing.Talk;

/** A file with lines that are longer than the heap can hold, as a larger one may have left it. */
@Tag("long")
@Timeout(120)
class LargeLinesTest {
    private static final int MILLION = 1_000_000;

    @TempDir
    Path folder;
    private Path file;

    @BeforeEach
    void file() throws IOException {
        file = folder.resolve(MemoryFolder.SHARED_FILE);
        try (Writer out = Files.newBufferedWriter(file)) {
            out.write(Lines.turns(1, 1));
            String large = Lines.question(2, "X", "2026-11-22T08:15:30.123Z");
            write(out, large.substring(0, large.indexOf("X")), 10, large.substring(
                    large.indexOf("X") + 1));
            out.write(Lines.answer(2));
            write(out, "damaged: ", 33, "\n");
            String edited = Lines.question(3, "Y", "2026-11-22T08:15:30.123Z")
                    .replace("\":\"", "\": \"");
            write(out, edited.substring(0, edited.indexOf("Y")), 3, edited.substring(
                    edited.indexOf("Y") + 1)); // as an editor leaves it; just not too long
            out.write(Lines.answer(3) + Lines.turns(4, 4));
        }
    }

    private static void write(Writer out, String before, int millions, String after)
            throws IOException {
        out.write(before);
        String text = "\u20acsecret ".repeat(MILLION / 10);
        for (int i = 0; i < millions; i++) {
            out.write(text);
        }
        out.write(after);
    }

    private String run(String what) throws IOException {
        String said = ChildJvm.output("-Xmx32m", Child.class, what, folder.toString());
        assertTrue(!said.contains("Error") && !said.contains("\tat "), said);
        return said;
    }

    @Test
    void isVerifiedAndSearchedInASmallHeap() throws IOException {
        List<String> report = run("verify").lines().toList();
        long large = Lines.turns(1, 1).length();
        assertTrue(report.get(0).startsWith("memory.jsonl line 3 byte " + large + ": 1")
                && report.get(0).contains("more than this heap can look into"), report.toString());
        assertTrue(report.stream().anyMatch(it -> it.startsWith("memory.jsonl line 5 byte ")
                && it.contains(": 33000009 bytes are more")), report.toString());
        assertEquals("false", report.get(report.size() - 1));
        report = run("contains").lines().toList();
        assertEquals("true", report.get(report.size() - 1));
    }

    @Test
    void isRestoredAsItIsAndToldWithLineAndByte() throws IOException {
        String said = run("restore");
        assertTrue(said.startsWith("backup.jsonl line 3 byte " + Lines.turns(1, 1).length())
                && said.contains("heap") && said.endsWith("restored 6 records\n"), said);
        assertEquals(-1, Files.mismatch(folder.resolve("backup.jsonl"),
                folder.resolve("empty").resolve(MemoryFolder.SHARED_FILE)));
    }

    @Test
    void isOpenedReadAndResetInASmallHeap() throws IOException {
        assertEquals("[q4, a4]\n[q4, a4, q5, a5]\nempty\n", run("open"));
        assertEquals(0, Files.size(file));
    }

    /** Runs in the small heap. */
    static final class Child {
        private Child() {}

        public static void main(String[] args) throws IOException {
            Path folder = Path.of(args[1]);
            Maintenance maintenance = new Maintenance(folder, Optional.empty(), System.out);
            switch (args[0]) {
                case "verify" -> System.out.println(maintenance.verify());
                case "contains" -> System.out.println(maintenance.contains(
                        new ByteArrayInputStream("secret".getBytes(StandardCharsets.UTF_8))));
                case "restore" -> restore(folder);
                default -> open(folder);
            }
        }

        private static void restore(Path folder) throws IOException {
            Path backup = Files.move(folder.resolve(MemoryFolder.SHARED_FILE),
                    folder.resolve("backup.jsonl"));
            new Maintenance(folder.resolve("empty"), Optional.empty(), System.out)
                    .restore(backup.toString(), "");
        }

        private static void open(Path folder) throws IOException {
            try (Talk talk = Talk.open(folder)) {
                System.out.println(talk.latest(2));
                talk.say(5, 5);
                talk.memory.latest(1000);
                Waiting.until(() -> talk.memory.size().isPresent());
                talk.memory.trim(() -> true);
                System.out.println(talk.latest(4));
                talk.memory.resetMemory(Requester.SELF);
                System.out.println(talk.latest(20).isEmpty() ? "empty" : "something is left");
            }
        }
    }
}
