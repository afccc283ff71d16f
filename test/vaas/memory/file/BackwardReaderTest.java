package vaas.memory.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import vaas.disk.FaultyDisk;

class BackwardReaderTest {
    private static final int BUFFER_BYTES = 64 << 10;
    private static final int MAX = 1 << 20;

    private static BackwardReader reader(String text) throws IOException {
        return new BackwardReader(Turns.handle(text), text.length(), MAX);
    }

    /** All lines, the last one first, which is what lies behind the last terminator. */
    private static List<String> lines(String text) throws IOException {
        BackwardReader reader = reader(text);
        List<String> lines = new ArrayList<>();
        boolean rest = reader.unterminated();
        for (boolean more = rest || reader.previous(); more; more = reader.previous()) {
            String line = new String(reader.line(), StandardCharsets.UTF_8);
            assertEquals(line.length(), reader.length());
            assertEquals(line, text.substring((int) reader.lineOffset(),
                    (int) (reader.lineOffset() + reader.length())));
            lines.add(line);
        }
        return lines;
    }

    @Test
    void itVisitsTheLinesThatAForwardReaderDoes() throws IOException {
        assertEquals(List.of(), lines(""));
        assertEquals(List.of(""), lines("\n"));
        assertEquals(List.of("torn"), lines("torn"));
        assertEquals(List.of("torn", "b\r", "", "a"), lines("a\n\nb\r\ntorn"));
        SplittableRandom random = new SplittableRandom(1);
        for (int round = 0; round < 50; round++) {
            List<String> expected = new ArrayList<>();
            for (int i = random.nextInt(30); i >= 0; i--) {
                expected.add("x".repeat(random.nextInt(4) == 0 ? random.nextInt(3 * BUFFER_BYTES)
                        : random.nextInt(200)));
            }
            String text = String.join("\n", expected) + "\n";
            Collections.reverse(expected);
            assertEquals(expected, lines(text));
        }
    }

    @Test
    void linesAroundTheSizeOfTheBufferAreWhole() throws IOException {
        for (int length = BUFFER_BYTES - 2; length <= BUFFER_BYTES + 2; length++) {
            String line = "x".repeat(length);
            assertEquals(List.of("b", line, "a"), lines("a\n" + line + "\nb\n"));
            assertEquals(List.of(line, "a"), lines("a\n" + line));
        }
    }

    @Test
    void itMayBeginBehindAnyTerminator() throws IOException {
        String text = Turns.text(1, 3);
        BackwardReader reader = new BackwardReader(
                Turns.handle(text), Turns.lines(1, 2).length, MAX);
        assertFalse(reader.unterminated());
        assertTrue(reader.previous());
        assertEquals(Turns.id(5), reader.head().id());
    }

    @Test
    void aLineThatIsTooLongIsNotHandedOutButItsEndsAre() throws IOException {
        String text = "a\n{" + "x".repeat(MAX) + "}\nb\n";
        BackwardReader reader = reader(text);
        assertTrue(reader.previous());
        assertTrue(reader.previous());
        assertTrue(reader.isTooLong());
        assertEquals(0, reader.line().length);
        assertEquals("{x", new String(reader.firstBytes(2), StandardCharsets.UTF_8));
        assertEquals("x}", new String(reader.lastBytes(2), StandardCharsets.UTF_8));
        assertTrue(reader.previous());
        assertEquals("a", new String(reader.line(), StandardCharsets.UTF_8));
        assertFalse(reader.previous());
    }

    @Test
    void onlyWhatIsVisitedIsRead() throws IOException {
        FaultyDisk disk = FaultyDisk.with(Turns.lines(1, 20_000));
        BackwardReader reader = new BackwardReader(
                Turns.open(disk), disk.content().length, MAX);
        for (int i = 0; i < 100; i++) {
            assertTrue(reader.previous());
            assertTrue(reader.line().length > 0);
        }
        assertEquals(BUFFER_BYTES, disk.bytesRead);
    }

    @Test
    void aFileThatIsEmptiedMeanwhileHasEmptyLines() throws IOException {
        FaultyDisk disk = FaultyDisk.with(Turns.utf8("x".repeat(2 * BUFFER_BYTES) + "\n"));
        BackwardReader reader = new BackwardReader(
                Turns.open(disk), 2 * BUFFER_BYTES + 1, MAX);
        assertTrue(reader.previous());
        disk.content(new byte[0]);
        assertEquals(0, reader.line().length);
        assertFalse(reader.previous());
    }
}
