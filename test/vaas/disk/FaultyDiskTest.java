package vaas.disk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.Closeable;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What the tests of the memory rest on: the disk that they make fail. */
class FaultyDiskTest {
    private static final Path A = FaultyDisk.FOLDER.resolve("a");
    private static final Path B = FaultyDisk.FOLDER.resolve("b");
    private static final Path OTHER = Path.of("other");

    private final FaultyDisk disk = new FaultyDisk();

    /** A file whose content and name are on the device. */
    private Disk.Handle durable(Path file, String text) throws IOException {
        Disk.Handle handle = disk.create(file);
        handle.write(0, text.getBytes(StandardCharsets.UTF_8));
        handle.sync();
        disk.syncFolder(file.getParent());
        return handle;
    }

    /** All that a power cut can leave, each as the sorted names that there are then. */
    private Set<List<String>> left() {
        return disk.afterPowerCut().stream().map(image -> image.fileNames().stream().sorted()
                .toList()).collect(Collectors.toSet());
    }

    @Test
    void aFileThatHasLostItsNameIsStillLookedInto() throws IOException {
        Disk.Handle handle = durable(A, "secret");
        disk.delete(A);
        assertTrue(disk.holds("secret"), "while it is open");
        handle.close();
        assertTrue(disk.holds("secret"), "and after that in its blocks");
        durable(A, "secret").close();
        Disk.Handle replaced = disk.open(A);
        durable(B, "more").close();
        disk.move(B, A);
        replaced.truncate(0);
        assertTrue(disk.holds("secret"), "the first one has never been truncated");
        assertFalse(disk.holds("secrets"));
    }

    @Test
    void whatIsTruncatedIsHeldNoMore() throws IOException {
        Disk.Handle handle = durable(A, "secret");
        disk.delete(A);
        handle.truncate(0);
        assertFalse(disk.holds("secret"));
    }

    @Test
    void aFileThatIsClosedCanNotBeUsed() throws IOException {
        Disk.Handle handle = durable(A, "text");
        handle.close();
        assertThrows(IOException.class, () -> handle.read(0, new byte[1], 0, 1));
        assertThrows(IOException.class, () -> handle.write(0, new byte[1]));
        assertThrows(IOException.class, handle::length);
        assertThrows(IOException.class, handle::sync);
        assertThrows(IOException.class, () -> handle.truncate(0));
        assertEquals(5, disk.misuses().size());
        assertEquals("text", disk.text("a"), "nothing of it was done");
    }

    @Test
    void aFileOpenedToReadCanNotBeChanged() throws IOException {
        durable(A, "text").close();
        try (Disk.Handle handle = disk.openToRead(A)) {
            assertEquals(4, handle.length());
            assertThrows(IOException.class, () -> handle.write(0, new byte[1]));
            assertThrows(IOException.class, () -> handle.truncate(0));
        }
        assertEquals("text", disk.text("a"));
    }

    @Test
    void whatIsStillOpenOrLockedIsTold() throws IOException {
        Disk.Handle handle = disk.create(A);
        Closeable lock = disk.lock(FaultyDisk.FOLDER);
        assertThrows(IOException.class, () -> disk.lock(FaultyDisk.FOLDER));
        assertEquals(2, disk.misuses().size());
        disk.failWhen((call, count) -> call.equals("close"));
        assertThrows(IOException.class, handle::close);
        lock.close();
        assertEquals(List.of(), disk.misuses(), "closed, even if that fails");
        disk.open(A);
        disk.kill();
        assertEquals(List.of(), disk.misuses(), "a process that is gone leaks nothing");
    }

    @Test
    void aSyncOfOneFolderSaysNothingOfAnother() throws IOException {
        disk.createFolder(OTHER);
        durable(A, "text").close();
        disk.move(A, OTHER.resolve("a"));
        assertEquals(Set.of(List.of(), List.of("a"), List.of("a", "a")), left(),
                "in the one, the other, both or neither");
        disk.syncFolder(FaultyDisk.FOLDER);
        assertEquals(Set.of(List.of(), List.of("a")), left());
        disk.syncFolder(OTHER);
        assertEquals(Set.of(List.of("a")), left());
    }

    @Test
    void withinAFolderAMoveIsOneChange() throws IOException {
        durable(A, "text").close();
        disk.move(A, B);
        assertEquals(Set.of(List.of("a"), List.of("b")), left());
        assertEquals(List.of("a"), disk.onlyWhatIsSynced().fileNames());
    }

    @Test
    void aSecondNameKeepsAFileThatLosesItsFirst() throws IOException {
        durable(A, "text").close();
        disk.link(A, B);
        assertThrows(FileAlreadyExistsException.class, () -> disk.link(A, B));
        assertEquals(Set.of(List.of("a"), List.of("a", "b")), left());
        disk.delete(A);
        assertEquals("text", disk.text("b"));
        assertThrows(FileNotFoundException.class, () -> disk.link(A, B));
    }

    @Test
    void whatWasNotSyncedMayBeLostOfAFileToo() throws IOException {
        try (Disk.Handle handle = durable(A, "old")) {
            handle.write(0, "new".getBytes(StandardCharsets.UTF_8));
            assertEquals(Set.of("old", "new"), disk.afterPowerCut().stream()
                    .map(image -> image.text("a")).collect(Collectors.toSet()));
            assertEquals("old", disk.onlyWhatIsSynced().text("a"));
        }
    }

    @Test
    void withoutItsFolderThereIsNoFile() throws IOException {
        assertThrows(FileNotFoundException.class, () -> disk.create(OTHER.resolve("a")));
        assertThrows(FileNotFoundException.class, () -> disk.syncFolder(OTHER));
        assertThrows(FileNotFoundException.class, () -> disk.lock(OTHER));
        disk.createFolder(OTHER);
        assertTrue(disk.exists(OTHER));
        disk.create(OTHER.resolve("a")).close();
        disk.afterPowerCut().get(0).create(OTHER.resolve("b")).close();
    }

    @Test
    void aFaultCountsFromWhenItWasSetAndTellsWhetherItHit() throws IOException {
        disk.exists(A);
        disk.failWhen((call, count) -> count == 2);
        disk.exists(A);
        assertFalse(disk.hasFailed());
        assertThrows(IOException.class, () -> disk.create(A));
        disk.heal();
        disk.exists(A);
        assertTrue(disk.hasFailed());
        assertTrue(disk.hasFailed("create"));
        assertFalse(disk.hasFailed("exists"));
        assertEquals(List.of("exists", "create", "exists"), disk.calls, "healing forgets none");
        disk.countAnew();
        assertEquals(List.of(), disk.calls);
    }
}
