package vaas.memory.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class RecordStreamTest {
    /** A journal over the first bytes of a file. */
    private static Journal journal(FaultyDisk disk, long end) throws IOException {
        MemoryFile file = MemoryFile.open(disk, FaultyDisk.FOLDER);
        disk.countAnew();
        disk.bytesRead = 0;
        return Turns.journal(file, null, Turns.view(end, 20), Talk.CLOCK);
    }

    private static List<String> contents(String file, long end) throws IOException {
        try (Stream<MemoryRecord> records = RecordStream.of(
                journal(FaultyDisk.with(Turns.utf8(file)), end))) {
            return records.map(MemoryRecord::content).toList();
        }
    }

    @Test
    void damagedLinesAreSkippedWhereverTheyLie() throws IOException {
        String file = "\n{}\n" + Turns.text(1, 1) + "damaged\n"
                + Turns.text(2, 2) + "[1]\n";
        assertEquals(Talk.turns(1, 2), contents(file, file.length()));
        assertEquals(List.of(), contents("\n\n{}\n", 5));
        assertEquals(List.of(), contents("", 0));
    }

    @Test
    void whatLiesPastTheEndIsNotStreamed() throws IOException {
        String file = Turns.text(1, 3);
        assertEquals(Talk.turns(1, 2), contents(file, Turns.lines(1, 2).length));
    }

    @Test
    void theFileIsReadAsTheStreamGoesOn() throws IOException {
        FaultyDisk disk = FaultyDisk.with(Turns.lines(1, 20_000));
        try (Stream<MemoryRecord> records = RecordStream.of(
                journal(disk, disk.content().length))) {
            assertEquals(0, disk.bytesRead);
            assertEquals("q3", records.skip(4).findFirst().orElseThrow().content());
        }
        assertTrue(disk.bytesRead <= 64 << 10, disk.bytesRead + " bytes");
    }

    @Test
    void aParallelStreamKeepsTheOrder() throws IOException {
        byte[] file = Turns.lines(1, 5000);
        try (Stream<MemoryRecord> records = RecordStream.of(
                journal(FaultyDisk.with(file), file.length))) {
            assertEquals(Talk.turns(1, 5000),
                    records.parallel().map(MemoryRecord::content).toList());
        }
    }

    @Test
    void closingTheStreamClosesTheReader() throws IOException {
        FaultyDisk disk = FaultyDisk.with(Turns.lines(1, 1));
        Stream<MemoryRecord> records = RecordStream.of(journal(disk, 10));
        assertEquals(List.of("open"), disk.calls);
        records.close();
        assertEquals(List.of("open", "close"), disk.calls);
    }

    @Test
    void failuresOfTheDiskAreUncheckedAndKeepTheirCause() throws IOException {
        FaultyDisk disk = FaultyDisk.with(Turns.lines(1, 1));
        Stream<MemoryRecord> records = RecordStream.of(journal(disk, 10));
        disk.failWhen((call, count) -> true);
        assertEquals("no luck with read", assertThrows(UncheckedIOException.class, records::count)
                .getCause().getMessage());
        assertEquals("no luck with close", assertThrows(UncheckedIOException.class, records::close)
                .getCause().getMessage());
    }
}
