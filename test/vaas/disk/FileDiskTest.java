package vaas.disk;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import vaas.testing.LogLines;

class FileDiskTest {
    private final FileDisk disk = new FileDisk();

    @TempDir
    Path folder;

    private static String permissions(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    @Test
    void aFolderIsCreatedWithItsParentsForItsOwnerOnly() throws IOException {
        Path made = folder.resolve("a/b/c");
        disk.createFolder(made);
        disk.createFolder(made);
        for (Path each = made; !each.equals(folder); each = each.getParent()) {
            assertEquals("rwx------", permissions(each));
        }
    }

    @Test
    void aFolderThatExistsKeepsItsPermissions() throws IOException {
        Path shared = Files.createDirectory(folder.resolve("shared"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-x---")));
        disk.createFolder(shared);
        disk.createFolder(shared.resolve("own"));
        assertEquals("rwxr-x---", permissions(shared));
        assertEquals("rwx------", permissions(shared.resolve("own")));
    }

    @Test
    void whatIsNoFolderIsNamed() throws IOException {
        Path file = Files.createFile(folder.resolve("file"));
        Path nowhere = Files.createSymbolicLink(folder.resolve("link"), folder.resolve("nowhere"));
        for (Path wrong : new Path[] {file, nowhere}) {
            for (Path asked : new Path[] {wrong, wrong.resolve("below")}) {
                assertEquals("not a folder: " + wrong, assertThrows(IOException.class,
                        () -> disk.createFolder(asked)).getMessage());
            }
        }
    }

    @Test
    void openingNeverCreatesAFile() throws IOException {
        Path absent = folder.resolve("absent");
        for (boolean toRead : new boolean[] {false, true}) {
            assertEquals("there is no file " + absent, refusal(absent, toRead));
            assertFalse(disk.exists(absent));
            assertEquals("not a regular file: " + folder, refusal(folder, toRead));
        }
    }

    private String refusal(Path path, boolean toRead) {
        return assertThrows(IOException.class, () -> {
            try (Disk.Handle handle = toRead ? disk.openToRead(path) : disk.open(path)) {
                handle.length();
            }
        }).getMessage();
    }

    @Test
    void aFileIsCreatedEmptyForItsOwnerOnlyAndNeverInPlaceOfAnother() throws IOException {
        Path file = folder.resolve("file");
        try (Disk.Handle handle = disk.create(file)) {
            assertEquals(0, handle.length());
            handle.write(0, new byte[] {1, 2, 3});
            assertEquals(3, handle.length());
        }
        assertEquals("rw-------", permissions(file));
        IOException taken = assertThrows(IOException.class, () -> disk.create(file));
        assertEquals("can't create " + file + ": FileAlreadyExistsException", taken.getMessage());
        assertEquals(3, Files.size(file));
        assertThrows(IOException.class, () -> disk.create(folder.resolve("absent/file")));
    }

    @Test
    void whatIsOpenedToReadCanNotBeChanged() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "text");
        try (Disk.Handle handle = disk.openToRead(file)) {
            IOException refused = assertThrows(IOException.class,
                    () -> handle.write(0, new byte[1]));
            assertTrue(refused.getMessage().startsWith("can't write " + file + ": "),
                    refused.getMessage());
            assertThrows(IOException.class, () -> handle.truncate(0));
            assertEquals(4, handle.length());
        }
        assertEquals("text", Files.readString(file));
    }

    @Test
    void aStretchOfAnArrayIsWrittenAndNoMore() throws IOException {
        Path file = folder.resolve("file");
        try (Disk.Handle handle = disk.create(file)) {
            handle.write(0, new byte[] {1, 2, 3, 4, 5}, 1, 3);
        }
        assertArrayEquals(new byte[] {2, 3, 4}, Files.readAllBytes(file));
    }

    @Test
    void aStateTellsNamesOfOneFileFromThoseOfAnother() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "text");
        Path second = folder.resolve("second");
        disk.link(file, second);
        assertEquals(4, disk.state(file).orElseThrow().length());
        assertEquals(disk.state(file), disk.state(second));
        assertThrows(IOException.class, () -> disk.link(file, second), "the name is taken");
        Path other = Files.writeString(folder.resolve("other"), "text");
        assertNotEquals(disk.state(file), disk.state(other));
        assertEquals(Optional.empty(), disk.state(folder.resolve("absent")));
    }

    @Test
    void wipingEmptiesAFileUnderAllItsNamesAndOfALinkTakesTheLinkOnly() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "text");
        Path second = folder.resolve("second");
        disk.link(file, second);
        disk.wipe(file);
        assertFalse(disk.exists(file));
        assertEquals("", Files.readString(second));
        Files.writeString(second, "text");
        Path link = Files.createSymbolicLink(folder.resolve("link"), second);
        assertTrue(disk.isLink(link));
        disk.wipe(link);
        assertFalse(disk.exists(link));
        assertEquals("text", Files.readString(second));
        disk.wipe(folder.resolve("absent"));
    }

    @Test
    void failuresCarryThePathAndTheSystemsWords() {
        Path absent = folder.resolve("absent");
        assertEquals("can't rename to " + folder.resolve("to") + ", " + absent
                + ": NoSuchFileException", assertThrows(IOException.class,
                () -> disk.move(absent, folder.resolve("to"))).getMessage());
        assertEquals("can't sync the folder " + absent + ": NoSuchFileException", assertThrows(
                IOException.class, () -> disk.syncFolder(absent)).getMessage());
    }

    /** Linux has such folders: there is nothing to sync in /proc. */
    @Test
    void aFileSystemThatDoesNotSyncFoldersIsToldOnceAndGoneOnWith() throws IOException {
        Path noSync = Path.of("/proc");
        Assumptions.assumeTrue(Files.isDirectory(noSync));
        try (LogLines log = LogLines.listen()) {
            disk.syncFolder(noSync);
            disk.syncFolder(noSync);
            assertEquals(1, log.all().size(), log.all().toString());
            assertTrue(log.all().get(0).startsWith("WARNING /proc is on a file system that does not"
                    + " sync folders (Invalid argument): a power cut may bring back"),
                    log.all().toString());
        }
    }

    @Test
    void bytesAreReadWhereTheyWereWritten() throws IOException {
        try (Disk.Handle handle = disk.create(folder.resolve("file"))) {
            handle.write(0, new byte[] {1, 2, 3, 4});
            handle.write(2, new byte[] {7, 8, 9});
            byte[] into = new byte[8];
            assertEquals(4, handle.read(1, into, 3, 5));
            assertArrayEquals(new byte[] {0, 0, 0, 2, 7, 8, 9, 0}, into);
            assertEquals(-1, handle.read(5, into, 0, 1));
            assertEquals(-1, handle.read(99, into, 0, 1));
            handle.truncate(1);
            handle.sync();
            assertEquals(1, handle.length());
        }
    }

    @Test
    void anInterruptHurtsNeitherAFileNorTheSyncOfAFolder() throws IOException {
        try (Disk.Handle handle = disk.create(folder.resolve("file"))) {
            Thread.currentThread().interrupt();
            handle.write(0, new byte[] {1});
            handle.sync();
            disk.syncFolder(folder);
            assertEquals(1, handle.length());
            assertEquals(1, handle.read(0, new byte[1], 0, 1));
        } finally {
            assertTrue(Thread.interrupted(), "it is kept");
        }
    }

    @Test
    void aMoveReplacesAFileOrLeavesItAsItWas() throws IOException {
        Path to = Files.writeString(folder.resolve("to"), "old");
        assertThrows(IOException.class, () -> disk.move(folder.resolve("absent"), to));
        assertEquals("old", Files.readString(to));
        Path from = Files.writeString(folder.resolve("from"), "new");
        disk.move(from, to);
        assertEquals("new", Files.readString(to));
        assertFalse(disk.exists(from));
    }

    @Test
    void deletingWhatIsGoneIsFineAndSyncingItIsNot() throws IOException {
        disk.delete(folder.resolve("absent"));
        assertThrows(IOException.class, () -> disk.syncFolder(folder.resolve("absent")));
        assertTrue(disk.usableBytes(folder) > 0);
    }
}
