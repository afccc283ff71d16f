package vaas.memory.file;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static vaas.memory.Talk.all;
import static vaas.memory.Talk.say;
import static vaas.memory.Talk.turns;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import vaas.config.Config;
import vaas.metrics.Metrics;

/** Resets that keep the old file where the operator wants it. */
@ExtendWith(Handles.class)
class BackupsTest {
    private static final Path KEPT = Path.of("kept");
    /** What the first reset calls its backup, with the clock of the tests. */
    private static final String NAME = "memory-20261122T081530.123Z-g1.jsonl";

    @TempDir
    Path folder;

    private static Config.Store store(Path folder, Path backups) {
        return new Config.Store(folder, 20, OptionalLong.empty(), OptionalLong.empty(),
                Optional.empty(), Optional.of(backups));
    }

    private static Memory open(FaultyDisk disk) throws IOException {
        return Memory.open(disk, store(FaultyDisk.FOLDER, KEPT), Talk.CLOCK, new Metrics());
    }

    private static String permissions(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    @Test
    void aResetMovesTheFileAndItsReceiptNamesIt() throws IOException {
        Path memories = folder.resolve("memory");
        Path backups = folder.resolve("a/backups");
        try (Memory memory = Memory.open(store(memories, backups), new Metrics())) {
            say(memory, 1, 3);
            byte[] before = Files.readAllBytes(memories.resolve(MemoryFile.FILE_NAME));
            Receipt receipt = memory.resetMemory();
            assertEquals(6, receipt.recordsRemoved());
            assertEquals(before.length, receipt.bytesRemoved());
            String name = receipt.backup().orElseThrow();
            assertTrue(name.matches("memory-[0-9]{8}T[0-9]{6}\\.[0-9]{3}Z-g1\\.jsonl"), name);
            assertArrayEquals(before, Files.readAllBytes(backups.resolve(name)));
            assertEquals("rw-------", permissions(backups.resolve(name)));
            assertEquals("rwx------", permissions(backups));
            assertEquals("rw-------", permissions(memories.resolve(MemoryFile.FILE_NAME)));
            assertEquals(List.of(), all(memory));
            say(memory, 4, 4);
            assertEquals(turns(4, 4), all(memory));
            assertArrayEquals(before, Files.readAllBytes(backups.resolve(name)), "as it was");
            assertEquals(List.of(backups.resolve(name)), filesWith("q1"), "and nowhere else");
        }
    }

    private List<Path> filesWith(String text) throws IOException {
        List<Path> found = new ArrayList<>();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                if (Files.readString(file).contains(text)) {
                    found.add(file);
                }
            }
        }
        return found;
    }

    @Test
    void eachResetHasABackupOfItsOwn() throws IOException {
        FaultyDisk disk = new FaultyDisk();
        try (Memory memory = open(disk)) {
            for (int i = 1; i <= 3; i++) {
                say(memory, i, i);
                String name = memory.resetMemory().backup().orElseThrow();
                assertTrue(name.endsWith("-g" + i + ".jsonl"), name);
                assertTrue(disk.text(name).contains("\"q" + i + "\""));
                assertEquals(2, disk.text(name).lines().count());
            }
        }
    }

    @Test
    void aFolderThatCannotBeMovedIntoIsRefusedAtStart() throws IOException {
        FaultyDisk disk = FaultyDisk.with(Talk.file(3));
        disk.failWhen((call, count) -> call.equals("move")); // as between two file systems
        IOException refused = assertThrows(IOException.class, () -> open(disk));
        assertTrue(refused.getMessage().contains(KEPT.toString())
                && refused.getMessage().contains("one file system"), refused.getMessage());
        disk.heal();
        assertEquals(List.of(MemoryFile.FILE_NAME), disk.fileNames(), "no probe is left");
        Talk.checkUsable(disk, turns(1, 3));
    }

    @Test
    void aNameThatIsTakenIsNeverOverwritten() throws IOException {
        FaultyDisk disk = FaultyDisk.with(Talk.file(3));
        disk.createFolder(KEPT);
        try (Disk.Handle another = disk.create(KEPT.resolve(NAME))) {
            another.write(0, Turns.utf8("another"));
        }
        try (Memory memory = open(disk)) {
            IOException taken = assertThrows(IOException.class, memory::resetMemory);
            assertTrue(taken.getMessage().contains(NAME), taken.getMessage());
            assertEquals(turns(1, 3), all(memory));
            assertEquals(0, memory.generation());
            say(memory, 4, 4);
        }
        assertEquals("another", disk.text(NAME));
        assertFalse(disk.fileNames().contains(MemoryFile.NEW_NAME));
        Talk.checkUsable(disk, turns(1, 4));
    }

    @Test
    void withoutRoomForANewFileTheMemoryStaysAsItWas() throws IOException {
        byte[] old = Talk.file(3);
        FaultyDisk disk = FaultyDisk.with(old);
        try (Memory memory = open(disk)) {
            disk.failWhen((call, count) -> call.equals("create"));
            assertThrows(IOException.class, memory::resetMemory);
            disk.heal();
            assertEquals(turns(1, 3), all(memory));
            assertEquals(Optional.of(NAME), memory.resetMemory().backup());
        }
        assertArrayEquals(old, Turns.utf8(disk.text(NAME)));
    }

    @Test
    void failingAtAnyDiskCallOfAResetNothingIsLostNorHalfDone() throws IOException {
        byte[] old = Talk.file(3);
        for (boolean forGood : new boolean[] {false, true}) {
            boolean failed = true;
            for (int at = 1; failed; at++) {
                FaultyDisk disk = FaultyDisk.with(old);
                int failing = at;
                String when = "failing at " + at + (forGood ? " for good" : "");
                try (Memory memory = open(disk)) {
                    disk.failWhen((call, count) -> forGood ? count >= failing : count == failing);
                    boolean done = succeeds(memory);
                    failed = disk.hasFailed();
                    // Two renames can be told apart by a power cut where no journal joins them.
                    for (FaultyDisk left : disk.afterPowerCutOfAJournal()) {
                        check(old, done, left, when);
                    }
                    disk.heal();
                    List<String> now = all(memory);
                    assertTrue(now.isEmpty() || !done && now.equals(turns(1, 3)), when + now);
                    checkGoesOn(memory, disk, now, when);
                }
            }
        }
    }

    private static boolean succeeds(Memory memory) {
        try {
            assertEquals(Optional.of(NAME), memory.resetMemory().backup());
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** A power cut leaves all or nothing, and the text in the one place or in the other. */
    private static void check(byte[] old, boolean done, FaultyDisk left, String when)
            throws IOException {
        byte[] kept = left.text(NAME).getBytes(StandardCharsets.UTF_8);
        try (Memory reopened = Talk.open(left)) {
            List<String> found = all(reopened);
            assertTrue(found.isEmpty() || !done && found.equals(turns(1, 3)), when + found);
            if (found.isEmpty()) {
                assertArrayEquals(old, kept, when);
            }
        }
    }

    /** What is acknowledged afterwards is durable, and another reset works. */
    private static void checkGoesOn(Memory memory, FaultyDisk disk, List<String> before,
            String when) throws IOException {
        try {
            say(memory, 4, 4);
            List<String> more = Stream.concat(before.stream(), turns(4, 4).stream()).toList();
            assertEquals(more, all(memory), when);
            for (FaultyDisk left : disk.afterPowerCut()) {
                Talk.checkUsable(left, more);
            }
        } catch (MemoryUnavailableException e) {
            // it may refuse to go on until another reset
        }
        memory.resetMemory();
        assertEquals(List.of(), all(memory), when);
        say(memory, 5, 5);
        for (FaultyDisk left : disk.afterPowerCut()) {
            Talk.checkUsable(left, turns(5, 5));
        }
    }
}
