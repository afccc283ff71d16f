package vaas.memory.file;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class MemoryFileTest {
    private static final byte[] TWO = Turns.lines(1, 2);
    private static final byte[] MORE = Turns.lines(3, 3);

    private static MemoryFile open(FaultyDisk disk) throws IOException {
        return MemoryFile.open(disk, FaultyDisk.FOLDER);
    }

    @Test
    void openIsDurableBeforeItReturns() throws IOException {
        FaultyDisk disk = new FaultyDisk();
        assertEquals(0, open(disk).end());
        assertEquals(List.of(MemoryFile.FILE_NAME), disk.onlyWhatIsSynced().fileNames());
        FaultyDisk whole = FaultyDisk.with(TWO);
        assertEquals(TWO.length, open(whole).end());
        assertEquals(List.of("sync", "syncFolder"),
                whole.calls.subList(whole.calls.size() - 2, whole.calls.size()),
                "even if there was nothing to repair");
        assertFalse(whole.calls.contains("truncate"));
    }

    @Test
    void theRepairOfATornTailIsDurable() throws IOException {
        FaultyDisk disk = FaultyDisk.with(Arrays.copyOf(TWO, TWO.length + 9));
        assertEquals(TWO.length, open(disk).end());
        for (FaultyDisk left : disk.afterPowerCut()) {
            assertArrayEquals(TWO, left.content());
        }
    }

    @Test
    void aLeftoverIsEmptiedBeforeItLosesItsName() throws IOException {
        FaultyDisk disk = FaultyDisk.with(TWO);
        disk.create(FaultyDisk.FOLDER.resolve(MemoryFile.NEW_NAME)).write(0, TWO);
        disk.countAnew();
        open(disk);
        assertEquals(List.of("exists", "create", "close", "delete"), disk.calls.subList(0, 4));
        assertEquals(List.of(MemoryFile.FILE_NAME), disk.fileNames());
    }

    @Test
    void aFailureToOpenClosesTheFile() {
        for (String failing : new String[] {"length", "read", "truncate", "sync", "syncFolder"}) {
            FaultyDisk disk = FaultyDisk.with(Arrays.copyOf(TWO, TWO.length + 9));
            disk.failWhen((call, count) -> call.equals(failing));
            assertThrows(IOException.class, () -> open(disk));
            assertEquals("close", disk.calls.get(disk.calls.size() - 1), "after " + failing);
        }
    }

    @Test
    void aFailedAppendLeavesTheFileAsItWas() throws IOException {
        FaultyDisk disk = FaultyDisk.with(TWO);
        MemoryFile file = open(disk);
        disk.failWhen((call, count) -> call.equals("write"));
        assertThrows(IOException.class, () -> file.append(MORE));
        assertEquals(TWO.length, file.end());
        assertArrayEquals(TWO, disk.content());
        disk.heal();
        disk.countAnew();
        file.append(MORE);
        assertEquals(List.of("write"), disk.calls, "there is nothing left to cut");
        assertArrayEquals(Turns.lines(1, 3), disk.content());
    }

    @Test
    void whatAFailedAppendCouldNotCutOffIsCutBeforeTheNext() throws IOException {
        FaultyDisk disk = FaultyDisk.with(TWO);
        MemoryFile file = open(disk);
        disk.failWhen((call, count) -> !call.equals("close"));
        IOException both = assertThrows(IOException.class, () -> file.append(MORE));
        assertEquals("no luck with write", both.getMessage());
        assertEquals("no luck with truncate", both.getSuppressed()[0].getMessage());
        assertEquals(TWO.length, file.end());
        disk.failWhen((call, count) -> call.equals("truncate"));
        assertThrows(IOException.class, () -> file.append(MORE));
        assertEquals(List.of("truncate"), disk.calls, "nothing is written behind half a turn");
        disk.heal();
        disk.countAnew();
        file.append(Turns.lines(4, 4));
        assertEquals(List.of("truncate", "write"), disk.calls);
        assertArrayEquals(Turns.utf8(Turns.text(1, 2) + Turns.text(4, 4)), disk.content());
    }

    @Test
    void cutDropsWhatLiesPastAnOffset() throws IOException {
        FaultyDisk disk = FaultyDisk.with(Turns.lines(1, 3));
        MemoryFile file = open(disk);
        file.cut(TWO.length);
        assertEquals(TWO.length, file.end());
        assertArrayEquals(TWO, disk.content());
        file.append(MORE);
        assertArrayEquals(Turns.lines(1, 3), disk.content());
    }

    @Test
    void aFullDiskPreparesAResetInPlace() throws IOException {
        for (String failing : new String[] {"create", "sync"}) {
            FaultyDisk disk = FaultyDisk.with(TWO);
            MemoryFile file = open(disk);
            disk.failWhen((call, count) -> call.equals(failing));
            FileReset reset = file.prepareReset(Optional.empty());
            assertEquals(List.of(MemoryFile.FILE_NAME), disk.fileNames(), "after " + failing);
            assertArrayEquals(TWO, disk.content(), "nothing has happened yet");
            reset.swap(Turns.view(TWO.length, 20));
            assertArrayEquals(new byte[0], disk.content());
            assertEquals(0, file.end());
        }
    }
}
