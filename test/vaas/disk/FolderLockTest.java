package vaas.disk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderLockTest {
    @TempDir
    Path folder;

    private String refusal(Path path) {
        return assertThrows(IOException.class, () -> FolderLock.take(path)).getMessage();
    }

    @Test
    void aFolderIsTheSameUnderAnotherName() throws IOException {
        Path link = Files.createSymbolicLink(folder.resolve("link"), folder);
        FolderLock lock = FolderLock.take(link);
        assertEquals("the memory in " + folder + " is already open in this process",
                refusal(folder));
        assertEquals("the memory in " + link + "/link is already open in this process",
                refusal(link.resolve("link")));
        lock.close();
        FolderLock.take(folder).close();
    }

    @Test
    void closingTwiceDoesNotFreeTheNextOwnersFolder() throws IOException {
        FolderLock first = FolderLock.take(folder);
        first.close();
        FolderLock second = FolderLock.take(folder);
        first.close();
        refusal(folder);
        second.close();
        FolderLock.take(folder).close();
    }

    @Test
    void whatElseHoldsTheLockInThisProcessIsRespected() throws IOException {
        Path file = Files.createFile(folder.resolve(FolderLock.FILE_NAME));
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            assertTrue(channel.lock().isValid());
            assertEquals("the memory in " + folder + " is already open elsewhere",
                    refusal(folder));
            assertEquals("the memory in " + folder + " is already open elsewhere",
                    refusal(folder), "a refusal leaves nothing taken");
        }
        FolderLock.take(folder).close();
    }

    @Test
    void aFailureLeavesNothingTaken() throws IOException {
        Path absent = folder.resolve("absent");
        assertThrows(NoSuchFileException.class, () -> FolderLock.take(absent));
        Path inTheWay = Files.createDirectories(absent.resolve(FolderLock.FILE_NAME));
        assertThrows(IOException.class, () -> FolderLock.take(absent));
        Files.delete(inTheWay);
        FolderLock.take(absent).close();
    }

    @Test
    void anInterruptedThreadCanTakeAFolderAndStaysInterrupted() throws IOException {
        Thread.currentThread().interrupt();
        try {
            FolderLock lock = FolderLock.take(folder);
            assertTrue(Thread.currentThread().isInterrupted());
            refusal(folder);
            lock.close();
        } finally {
            assertTrue(Thread.interrupted());
        }
    }

    @Test
    void theLockFileIsLeftInPlaceAndEmpty() throws IOException {
        FolderLock.take(folder).close();
        assertEquals(0, Files.size(folder.resolve(FolderLock.FILE_NAME)));
    }
}
