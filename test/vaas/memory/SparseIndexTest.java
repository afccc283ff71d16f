package vaas.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SparseIndexTest {
    private static SparseIndex of(List<Turn> turns) {
        SparseIndex index = new SparseIndex("file", 0);
        index.append(turns);
        return index;
    }

    private static SparseIndex read(byte[] file) throws IOException {
        SparseIndex index = new SparseIndex("file", file.length);
        Disk.Handle handle = Turns.handle(file);
        while (index.step(handle)) {
            // step by step
        }
        return index;
    }

    /** The most bytes between a floor and the record that is searched for. */
    private static long farthest(SparseIndex index, List<Turn> turns) {
        long farthest = 0;
        for (Turn turn : turns) {
            for (MemoryRecord each : List.of(turn.question(), turn.answer())) {
                long before = turn.offset() - index.find(each.messageId()).start();
                assertTrue(before >= 0, "a search from there would miss " + each);
                farthest = Math.max(farthest, before);
            }
        }
        return farthest;
    }

    @Test
    void floorIsTheNearestEntryAtOrBeforeTheId() {
        List<Turn> turns = Turns.list(1, 20); // entries at turns 1, 9 and 17
        SparseIndex index = of(turns);
        assertEquals(0, index.find(Turns.id(0)).start(), "before the first");
        assertEquals(0, index.find(Turns.id(2)).start());
        assertEquals(0, index.find(Turns.id(17)).start());
        assertEquals(turns.get(8).offset(),
                index.find(Turns.id(18)).start(), "exactly an entry's id");
        assertEquals(turns.get(8).offset(), index.find(Turns.id(33)).start());
        assertEquals(turns.get(16).offset(), index.find(Turns.id(34)).start());
        assertEquals(turns.get(16).offset(),
                index.find(Turns.id(1_000_000)).start(), "past the last");
        assertEquals(0, new SparseIndex("file", 0).find(Turns.id(1)).start(), "nothing there");
    }

    @Test
    void aMillionRecordsCostAMillionBytes() {
        int turnCount = 50_000;
        List<Turn> turns = Turns.list(1, turnCount);
        SparseIndex index = of(turns);
        Set<Long> floors = new HashSet<>();
        turns.forEach(turn -> floors.add(index.find(turn.question().messageId()).start()));
        assertEquals(2 * turnCount, 16 * floors.size(), "two longs for every 16 records");
        long longestTurn = turns.get(turnCount - 1).end() - turns.get(turnCount - 1).offset();
        assertTrue(farthest(index, turns) <= 7 * longestTurn);
    }

    @Test
    void readingAFileIndexesItAsAppendingDid() throws IOException {
        List<Turn> turns = Turns.list(1, 3000); // more than one step
        SparseIndex appended = of(turns);
        SparseIndex read = read(Turns.lines(1, 3000));
        assertEquals(OptionalLong.of(6000), appended.records());
        assertEquals(OptionalLong.of(6000), read.records());
        for (int id = 0; id < 6010; id++) {
            assertEquals(appended.find(Turns.id(id)).start(), read.find(Turns.id(id)).start());
        }
    }

    @Test
    void turnsAppendedBeforeTheReadingIsDoneAreReadInTheirPlace() throws IOException {
        List<Turn> turns = Turns.list(1, 3000);
        Disk.Handle file = Turns.handle(Turns.lines(1, 3000));
        SparseIndex index = new SparseIndex("file", turns.get(1999).end());
        index.append(turns.subList(2000, 2500));
        assertTrue(index.step(file));
        index.append(turns.subList(2500, 3000));
        assertEquals(OptionalLong.empty(), index.records(), "not known yet");
        while (index.step(file)) {
            // step by step
        }
        assertEquals(OptionalLong.of(6000), index.records(), "each once");
        long longestTurn = turns.get(2999).end() - turns.get(2999).offset();
        assertTrue(farthest(index, turns) <= 7 * longestTurn);
    }

    @Test
    void aStepIsShort() throws IOException {
        FaultyDisk disk = FaultyDisk.with(Turns.lines(1, 20_000));
        long length = disk.content().length;
        SparseIndex index = new SparseIndex("file", length);
        assertTrue(index.step(Turns.open(disk)));
        assertTrue(disk.bytesRead < length / 10, disk.bytesRead + " bytes of " + length);
        assertEquals(2048, index.count());
    }

    @Test
    void damagedLinesAreCountedApart() throws IOException {
        String lines = "damaged\n" + Turns.text(1, 2) + "\n{}\n";
        SparseIndex index = read(Turns.utf8(lines));
        assertEquals(OptionalLong.of(4), index.records());
        assertEquals(3, index.damagedLines());
        assertEquals(8, index.find(Turns.id(3)).start(), "the first readable record");
        assertEquals(0, index.cleared().damagedLines());
        assertEquals(OptionalLong.of(0), index.cleared().records());
    }

    @Test
    void anIdThatIsTooSmallMisleadsNoSearch() throws IOException {
        List<Turn> turns = Turns.list(1, 1000);
        String file = Turns.text(1, 1000);
        for (int damaged = 90; damaged < 110; damaged++) {
            String line = Turns.line(turns.get(damaged).question());
            String id = turns.get(damaged).question().messageId().toString();
            for (String tooSmall : new String[] {Turns.id(1).toString(), "8" + id.substring(1)}) {
                String other = file.replace(line, line.replace(id, tooSmall));
                farthest(read(Turns.utf8(other)), turns);
            }
        }
    }

    @Test
    void aFileThatEndsEarlyLeavesNothingToCount() throws IOException {
        FaultyDisk disk = FaultyDisk.with(Turns.lines(1, 3000));
        SparseIndex index = new SparseIndex("file", disk.content().length);
        Disk.Handle file = Turns.open(disk);
        assertTrue(index.step(file));
        assertEquals(OptionalLong.empty(), index.records());
        disk.content(new byte[0]);
        assertFalse(index.step(file));
        assertEquals(OptionalLong.of(2048), index.records());
    }

    @Test
    void aFailedReadCountsNothingTwice() throws IOException {
        FaultyDisk disk = FaultyDisk.with(Turns.lines(1, 3000));
        SparseIndex index = new SparseIndex("file", disk.content().length);
        Disk.Handle file = Turns.open(disk);
        disk.failWhen((call, count) -> count == 2);
        assertThrows(IOException.class, () -> index.step(file));
        assertTrue(index.count() > 0, "what had been read before is counted");
        while (index.step(file)) {
            // step by step
        }
        assertEquals(OptionalLong.of(6000), index.records());
    }
}
