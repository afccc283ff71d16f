package vaas.memory.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import vaas.disk.Disk;
import vaas.disk.FaultyDisk;
import vaas.memory.MemoryRecord;
import vaas.memory.Role;
import vaas.testing.Allocated;

class LineReaderTest {
    private static final int BUFFER_BYTES = 64 << 10;
    private static final int MAX = 1 << 20;

    private static List<String> lines(LineReader reader) throws IOException {
        List<String> lines = new ArrayList<>();
        while (reader.next()) {
            lines.add(new String(reader.line(), StandardCharsets.UTF_8));
        }
        return lines;
    }

    private static List<String> lines(String text) throws IOException {
        byte[] bytes = Turns.utf8(text);
        return lines(new LineReader(Turns.handle(bytes), 0, bytes.length, MAX));
    }

    @Test
    void onlyTerminatedLinesAreLines() throws IOException {
        assertEquals(List.of(), lines(""));
        assertEquals(List.of(""), lines("\n"));
        assertEquals(List.of(), lines("torn"));
        assertEquals(List.of("a", "", "b\r"), lines("a\n\nb\r\ntorn"));
    }

    @Test
    void linesAroundAndBeyondTheSizeOfTheBufferAreWhole() throws IOException {
        for (int length = BUFFER_BYTES - 2; length <= BUFFER_BYTES + 2; length++) {
            List<String> expected = List.of("x".repeat(length), "b", "y".repeat(3 * length), "");
            assertEquals(expected, lines(String.join("\n", expected) + "\n"));
        }
    }

    @Test
    void itTellsWhereEachLineLies() throws IOException {
        String text = "ab\n" + "x".repeat(2 * BUFFER_BYTES) + "\nc\ntorn";
        LineReader reader = new LineReader(Turns.handle(Turns.utf8(text)), 3, text.length(), MAX);
        assertEquals(3, reader.offset());
        assertTrue(reader.next());
        assertEquals(3, reader.lineOffset());
        assertEquals(3 + 2 * BUFFER_BYTES + 1, reader.offset());
        assertTrue(reader.next());
        assertEquals("c", new String(reader.line(), StandardCharsets.UTF_8));
        assertEquals(text.indexOf('c'), reader.lineOffset());
        assertEquals(text.indexOf("torn"), reader.offset());
        assertFalse(reader.next());
        assertEquals(text.indexOf("torn"), reader.lineOffset(), "of what is not terminated");
        assertEquals(0, reader.length());
    }

    @Test
    void whatLiesPastTheEndIsNotRead() throws IOException {
        FaultyDisk disk = FaultyDisk.with(Turns.utf8("a\nb\nc\n"));
        assertEquals(List.of("a", "b"), lines(new LineReader(Turns.open(disk), 0, 4, MAX)));
        assertEquals(4, disk.bytesRead);
        assertEquals(List.of("a"), lines(new LineReader(Turns.open(disk), 0, 3, MAX)),
                "cut in two");
        assertEquals(List.of(), lines(new LineReader(Turns.open(disk), 2, 2, MAX)));
    }

    @Test
    void aFileThatHasBecomeShorterEndsEarly() throws IOException {
        Disk.Handle file = Turns.handle(Turns.utf8("a\nb\n"));
        LineReader reader = new LineReader(file, 0, 1000, MAX);
        assertEquals(List.of("a", "b"), lines(reader));
        assertFalse(reader.next());
        assertFalse(new LineReader(file, 500, 1000, MAX).next());
    }

    @Test
    void readsThatReturnLessThanWasAskedForMakeTheSameLines() throws IOException {
        byte[] bytes = Turns.utf8("first\n\nsecond\nlast\n");
        Disk.Handle oneByOne = new Reading((offset, into, start, count) -> {
            if (offset >= bytes.length) {
                return -1;
            }
            into[start] = bytes[(int) offset];
            return 1;
        });
        assertEquals(List.of("first", "", "second", "last"),
                lines(new LineReader(oneByOne, 0, bytes.length, MAX)));
    }

    @Test
    void aLineThatIsTooLongIsPassedOverAndItsHeadIsTold() throws IOException {
        String longLine = Turns.line(new MemoryRecord(Turns.id(1), Role.USER,
                "x".repeat(5 * BUFFER_BYTES), Turns.WHEN));
        byte[] file = Turns.utf8(longLine + "b\n");
        LineReader reader = new LineReader(
                Turns.handle(file), 0, file.length, 5 * BUFFER_BYTES);
        assertTrue(reader.next());
        assertTrue(reader.isTooLong());
        assertEquals(0, reader.line().length);
        assertEquals(longLine.length() - 1, reader.length());
        assertEquals(Turns.id(1), reader.head().id());
        assertEquals(longLine.length(), reader.offset());
        assertEquals(List.of("b"), lines(reader));
    }

    @Test
    void ofALineThatIsNotAskedForNoCopyIsMade() throws IOException {
        int length = 1 << 20;
        FaultyDisk disk = FaultyDisk.with(Turns.utf8("x".repeat(length) + "\nb\n"));
        LineReader reader = new LineReader(Turns.open(disk), 0, length + 3, MAX);
        long before = Allocated.bytes();
        assertTrue(reader.next());
        assertTrue(reader.next());
        assertTrue(Allocated.bytes() - before < length / 2);
    }

    @Test
    void aSmallBufferMakesTheSameLines() throws IOException {
        String text = Turns.text(1, 20) + "\n\n" + "x".repeat(3000) + "\n" + Turns.text(21, 22);
        for (int buffer : new int[] {1, 7, 121, 1024, 5000}) {
            assertEquals(text.lines().toList(), lines(new LineReader(
                    Turns.handle(text), 0, text.length(), MAX, buffer)));
        }
    }

    @Test
    void aLineThatIsEmptiedMeanwhileIsEmpty() throws IOException {
        FaultyDisk disk = FaultyDisk.with(Turns.utf8("x".repeat(2 * BUFFER_BYTES) + "\n"));
        LineReader reader = new LineReader(Turns.open(disk), 0, 2 * BUFFER_BYTES + 1, MAX);
        assertTrue(reader.next());
        disk.content(new byte[0]);
        assertEquals(0, reader.line().length);
    }

    @Test
    void aFailedReadIsPassedOn() throws IOException {
        FaultyDisk disk = FaultyDisk.with(Turns.utf8("a\n"));
        Disk.Handle file = Turns.open(disk);
        disk.failWhen((call, count) -> call.equals("read"));
        assertThrows(IOException.class, new LineReader(file, 0, 2, MAX)::next);
    }

    /** A file of which only reading is asked. */
    private record Reading(Read how) implements Disk.Handle {
        interface Read {
            int read(long offset, byte[] into, int start, int count);
        }

        @Override
        public int read(long offset, byte[] into, int start, int count) {
            return how.read(offset, into, start, count);
        }

        @Override
        public long length() {
            throw new AssertionError("not asked for");
        }

        @Override
        public void write(long offset, byte[] bytes, int start, int count) {
            throw new AssertionError("not asked for");
        }

        @Override
        public void truncate(long length) {
            throw new AssertionError("not asked for");
        }

        @Override
        public void sync() {
            throw new AssertionError("not asked for");
        }

        @Override
        public void close() {
            // nothing to give back
        }
    }
}
