package vaas.disk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.Closeable;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.stream.Stream;
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
    void theLockFileIsLeftInPlaceAndEmptyUnderBothItsNames() throws IOException {
        for (int i = 0; i < 2; i++) {
            FolderLock.take(folder).close();
            Path file = folder.resolve(FolderLock.FILE_NAME);
            assertEquals(0, Files.size(file));
            assertTrue(Files.isSameFile(file, folder.resolve(FolderLock.SECOND_NAME)));
        }
    }

    @Test
    void aNameThatIsRemovedByHandComesBackAndLeadsToTheSameFile() throws IOException {
        for (String removed : List.of(FolderLock.FILE_NAME, FolderLock.SECOND_NAME)) {
            FolderLock first = FolderLock.take(folder);
            Object lockFile = identity(FolderLock.FILE_NAME);
            Files.delete(folder.resolve(removed));
            refusal(folder);
            first.close();
            FolderLock.take(folder).close();
            assertEquals(lockFile, identity(FolderLock.FILE_NAME), removed);
            assertEquals(lockFile, identity(FolderLock.SECOND_NAME), removed);
        }
    }

    private Object identity(String name) throws IOException {
        return Files.readAttributes(folder.resolve(name), BasicFileAttributes.class).fileKey();
    }

    @Test
    void aCopiedFolderGetsOneLockFileOfItsOwn() throws IOException {
        Files.createFile(folder.resolve(FolderLock.FILE_NAME));
        Files.createFile(folder.resolve(FolderLock.SECOND_NAME));
        FolderLock.take(folder).close();
        assertEquals(identity(FolderLock.FILE_NAME), identity(FolderLock.SECOND_NAME));
    }

    // Closing any descriptor of the lock file would free it for other processes (POSIX), so a
    // second opener in this process must not even open it, whoever has loaded its classes.
    @Test
    void anotherClassLoadersOpenerIsRefusedWhileTheLockHolds() throws Exception {
        URL classes = FolderLock.class.getProtectionDomain().getCodeSource().getLocation();
        FolderLock lock = FolderLock.take(folder);
        try (URLClassLoader other = new URLClassLoader(
                new URL[] {classes}, ClassLoader.getPlatformClassLoader())) {
            Method take = other.loadClass(FolderLock.class.getName())
                    .getDeclaredMethod("take", Path.class);
            take.setAccessible(true);
            assertEquals("the memory in " + folder + " is already open in this process",
                    assertThrows(InvocationTargetException.class, () -> take.invoke(null, folder))
                            .getCause().getMessage());
            lock.close();
            ((Closeable) take.invoke(null, folder)).close();
        }
        FolderLock.take(folder).close();
    }

    @Test
    void lookingAtAFolderWithoutALockFileLeavesItAsItIs() throws IOException {
        FolderLock.takeToLook(folder, note -> fail(note)).close();
        try (Stream<Path> files = Files.list(folder)) {
            assertEquals(0, files.count());
        }
        FolderLock lock = FolderLock.take(folder);
        assertEquals(refusal(folder), assertThrows(IOException.class,
                () -> FolderLock.takeToLook(folder, note -> fail(note))).getMessage());
        lock.close();
    }
}
