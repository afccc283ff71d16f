package vaas.memory;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FileRewriteTest {
    private static final byte[] OLD = Turns.lines(1, 1500);
    private static final int DROPPED = Turns.lines(1, 500).length;
    private static final byte[] REST = Turns.lines(501, 1500);
    private static final byte[] MORE = Turns.lines(1501, 1501);
    private static final Cut CUT = new Cut(DROPPED, 1000, 0, Turns.id(1002));

    private final FaultyDisk disk = FaultyDisk.with(OLD);
    private final View view = Turns.view(OLD.length, 20);
    private MemoryFile file;
    private Disk.Handle held; // the old file, whatever becomes of its name
    private FileRewrite rewrite;

    @BeforeEach
    void prepare() throws IOException {
        file = MemoryFile.open(disk, FaultyDisk.FOLDER);
        held = Turns.open(disk);
        rewrite = file.prepareRewrite(CUT);
        assertFalse(rewrite.isReset());
    }

    private void copy() throws IOException {
        assertTrue(rewrite.copyTo(OLD.length, () -> true));
        rewrite.sync();
    }

    private void assertOnly(byte[] expected) {
        for (FaultyDisk left : disk.afterPowerCut()) {
            assertArrayEquals(expected, left.content());
        }
        assertEquals(List.of(MemoryFile.FILE_NAME), disk.fileNames());
    }

    @Test
    void untilTheSwapTheOldFileIsTheMemory() throws IOException {
        copy();
        assertArrayEquals(OLD, disk.content());
        assertEquals(OLD.length, file.end());
        for (FaultyDisk left : disk.afterPowerCut()) {
            assertArrayEquals(OLD, left.content());
        }
    }

    @Test
    void onceDurableOnlyTheRestCanBeFoundAndTheOldBlocksAreFreed() throws IOException {
        copy();
        rewrite.beforeSwap(view);
        View now = rewrite.swap(view);
        assertEquals(REST.length, now.end());
        assertEquals(DROPPED, now.base());
        assertEquals(REST.length, file.end());
        assertEquals(OLD.length, held.length(), "a crash may still bring it back");
        rewrite.makeDurable();
        rewrite.wipe();
        assertEquals(0, held.length());
        assertOnly(REST);
    }

    @Test
    void whatCameMeanwhileIsCopiedTooForcedOrNot() throws IOException {
        copy();
        file.append(MORE);
        file.sync();
        rewrite.beforeSwap(Turns.view(file.end(), 20));
        byte[] waiting = Turns.lines(1502, 1502);
        file.append(waiting);
        rewrite.swap(Turns.view(OLD.length + MORE.length, 20));
        byte[] all = Turns.lines(501, 1502);
        assertArrayEquals(all, disk.content());
        assertEquals(all.length, file.end());
        file.sync(); // whose force is the new file's
        rewrite.makeDurable();
        rewrite.wipe();
        assertOnly(all);
    }

    @Test
    void whatIsNotWantedAnyMoreIsGivenUpAndWiped() throws IOException {
        int[] asked = {0};
        assertFalse(rewrite.copyTo(OLD.length, () -> ++asked[0] < 2), "after a part of it");
        assertTrue(disk.text(MemoryFile.NEW_NAME).contains("\"q501\""));
        disk.countAnew();
        rewrite.wipe();
        assertEquals(List.of("close", "truncate", "close", "delete"), disk.calls);
        assertOnly(OLD);
    }

    @Test
    void aMoveThatFailsChangesNothing() throws IOException {
        copy();
        rewrite.beforeSwap(view);
        disk.failWhen((call, count) -> call.equals("move"));
        assertThrows(IOException.class, () -> rewrite.swap(view));
        disk.heal();
        rewrite.wipe();
        assertEquals(OLD.length, file.end());
        assertOnly(OLD);
        file.append(MORE);
        assertArrayEquals(Turns.lines(1, 1501), disk.content());
    }

    @Test
    void anOldFileThatACrashMayBringBackIsNotWiped() throws IOException {
        copy();
        rewrite.beforeSwap(view);
        rewrite.swap(view);
        disk.failWhen((call, count) -> call.equals("syncFolder"));
        assertThrows(IOException.class, rewrite::makeDurable);
        rewrite.wipe();
        assertEquals(OLD.length, held.length());
        for (FaultyDisk left : disk.afterPowerCut()) {
            byte[] found = left.content();
            assertArrayEquals(found.length == OLD.length ? OLD : REST, found);
        }
    }

    @Test
    void aFileThatEndsEarlyIsSaid() {
        IOException early = assertThrows(IOException.class,
                () -> rewrite.copyTo(OLD.length + 1, () -> true));
        assertEquals("the file ends at byte " + OLD.length + ", expected " + (OLD.length + 1),
                early.getMessage());
    }
}
