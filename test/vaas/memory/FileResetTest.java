package vaas.memory;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FileResetTest {
    private static final byte[] OLD = Turns.lines(1, 1500);

    private final FaultyDisk disk = FaultyDisk.with(OLD);
    private final SparseIndex index = new SparseIndex("file", OLD.length);
    private MemoryFile file;
    private Disk.Handle held; // the old file, whatever becomes of its name

    private static final View VIEW = Turns.view(OLD.length, 20);

    @BeforeEach
    void open() throws IOException {
        file = MemoryFile.open(disk, FaultyDisk.FOLDER);
        held = Turns.open(disk);
    }

    @Test
    void onceDurableOnlyTheEmptyFileCanBeFoundAgain() throws IOException {
        FileReset reset = file.prepareReset(Optional.empty());
        assertEquals(OLD.length, file.end());
        reset.swap(VIEW);
        assertEquals(0, file.end());
        assertArrayEquals(OLD, disk.onlyWhatIsSynced().content(), "not durable yet");
        reset.makeDurable();
        for (FaultyDisk left : disk.afterPowerCut()) {
            assertArrayEquals(new byte[0], left.content());
            assertEquals(List.of(MemoryFile.FILE_NAME), left.fileNames());
        }
        assertEquals(OLD.length, held.length(), "still to be counted");
    }

    @Test
    void wipingCountsWhatHadNotBeenCountedAndFreesTheOldBlocks() throws IOException {
        FileReset reset = file.prepareReset(Optional.empty());
        index.step(held);
        assertEquals(2048, index.count());
        reset.swap(VIEW);
        reset.makeDurable();
        disk.countAnew();
        reset.wipe(index);
        assertEquals(3000, index.count());
        assertEquals(0, held.length());
        assertEquals(List.of("truncate", "close"),
                disk.calls.stream().filter(call -> !call.matches("read|length")).toList());
    }

    @Test
    void whatCannotBeReadIsWipedUncounted() throws IOException {
        FileReset reset = file.prepareReset(Optional.empty());
        reset.swap(VIEW);
        reset.makeDurable();
        disk.failWhen((call, count) -> call.equals("read"));
        reset.wipe(index);
        assertEquals(0, index.records().orElseThrow());
        assertEquals(0, held.length());
    }

    @Test
    void aFileThatCannotBeTruncatedIsClosedAllTheSame() throws IOException {
        FileReset reset = file.prepareReset(Optional.empty());
        reset.swap(VIEW);
        reset.makeDurable();
        disk.failWhen((call, count) -> call.equals("truncate"));
        assertThrows(IOException.class, () -> reset.wipe(index));
        assertEquals("close", disk.calls.get(disk.calls.size() - 1));
    }

    @Test
    void aMoveThatFailsIsMadeUpForInPlace() throws IOException {
        FileReset reset = file.prepareReset(Optional.empty());
        disk.failWhen((call, count) -> call.equals("move"));
        reset.swap(VIEW);
        assertEquals(0, held.length(), "the same file, now empty");
        assertEquals(List.of(MemoryFile.FILE_NAME), disk.fileNames());
        reset.makeDurable();
        reset.wipe(index);
        assertEquals(List.of("move", "close", "delete", "truncate", "length", "sync"), disk.calls);
    }

    @Test
    void aSwapThatFailsBothWaysSaysWhyAndKeepsTheText() throws IOException {
        FileReset reset = file.prepareReset(Optional.empty());
        disk.failWhen((call, count) -> call.matches("move|truncate"));
        IOException failure = assertThrows(IOException.class, () -> reset.swap(VIEW));
        assertEquals("no luck with move", failure.getMessage());
        assertEquals("no luck with truncate", failure.getSuppressed()[0].getMessage());
        assertArrayEquals(OLD, disk.content());
        assertEquals(List.of(MemoryFile.FILE_NAME), disk.fileNames(), "what was prepared is gone");
    }

    @Test
    void aFolderThatCannotBeSyncedLeavesNothingBehindTheOldName() throws IOException {
        FileReset reset = file.prepareReset(Optional.empty());
        reset.swap(VIEW);
        disk.failWhen((call, count) -> call.equals("syncFolder"));
        assertThrows(IOException.class, reset::makeDurable);
        assertEquals(List.of("syncFolder", "truncate", "sync", "close"), disk.calls);
        for (FaultyDisk left : disk.afterPowerCut()) {
            assertArrayEquals(new byte[0], left.content());
        }
    }

    @Test
    void aBackupHoldsWhatWasAcknowledgedAndNotWhatWaitedForItsForce() throws IOException {
        int acknowledged = OLD.length / 2;
        disk.createFolder(Path.of("kept"));
        FileReset reset = file.prepareReset(Optional.of(Path.of("kept", "backup")));
        reset.swap(Turns.view(acknowledged, 20));
        reset.makeDurable();
        reset.wipe(index);
        assertEquals(acknowledged, held.length());
        assertEquals("sync", disk.calls.get(disk.calls.lastIndexOf("truncate") + 1));
    }
}
