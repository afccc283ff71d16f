package vaas.memory.folder;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static vaas.testing.Talk.turns;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import vaas.disk.Disk;
import vaas.disk.Failing;
import vaas.disk.FaultyDisk;
import vaas.disk.Handles;
import vaas.memory.History;
import vaas.memory.Insertion;
import vaas.memory.Memory;
import vaas.memory.MemoryUnavailableException;
import vaas.memory.Receipt;
import vaas.memory.Requester;
import vaas.testing.Talk;

/** Resets that keep the old file where the operator wants it. */
@ExtendWith(Handles.class)
class BackupsTest {
    private static final Path KEPT = Path.of("kept");
    /** What the first reset calls its backup, with the clock of the tests. */
    private static final String NAME = "memory-20261122T081530.123Z-g1.jsonl";

    @TempDir
    Path folder;

    private static Talk open(Disk disk) throws IOException {
        return Talk.open(MemoryFolder.at(FaultyDisk.FOLDER).disk(disk).clock(Talk.CLOCK)
                .backups(KEPT));
    }

    private static Talk open(Path memories, Path backups) throws IOException {
        return Talk.open(MemoryFolder.at(memories).backups(backups));
    }

    private static String permissions(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    @Test
    void aResetMovesTheFileAndItsReceiptNamesIt() throws IOException {
        Path memories = folder.resolve("memory");
        Path backups = folder.resolve("a/backups");
        try (Talk talk = open(memories, backups)) {
            talk.say(1, 3);
            byte[] before = Files.readAllBytes(memories.resolve(MemoryFolder.SHARED_FILE));
            Receipt receipt = talk.memory.resetMemory(Requester.SELF);
            assertEquals(OptionalLong.of(6), receipt.recordsRemoved());
            assertEquals(before.length, receipt.bytesRemoved());
            String name = receipt.backup().orElseThrow();
            assertTrue(name.matches("memory-[0-9]{8}T[0-9]{6}\\.[0-9]{3}Z-g1\\.jsonl"), name);
            assertArrayEquals(before, Files.readAllBytes(backups.resolve(name)));
            assertEquals("rw-------", permissions(backups.resolve(name)));
            assertEquals("rwx------", permissions(backups));
            assertEquals("rw-------", permissions(memories.resolve(MemoryFolder.SHARED_FILE)));
            assertEquals(List.of(), talk.all());
            talk.say(4, 4);
            assertEquals(turns(4, 4), talk.all());
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
        try (Talk talk = open(disk)) {
            for (int i = 1; i <= 3; i++) {
                talk.say(i, i);
                String name = talk.memory.resetMemory(Requester.SELF).backup().orElseThrow();
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
        assertEquals(List.of(MemoryFolder.SHARED_FILE), disk.fileNames(), "no probe is left");
        Talk.checkUsable(disk, turns(1, 3));
    }

    @Test
    void aNameThatAKillBeforeTheCommitPointHasLeftIsTakenBack() throws IOException {
        FaultyDisk disk = FaultyDisk.with(Talk.file(3));
        disk.createFolder(KEPT);
        disk.link(FaultyDisk.FOLDER.resolve(MemoryFolder.SHARED_FILE), KEPT.resolve(NAME));
        try (Talk talk = open(disk)) {
            assertEquals(List.of(MemoryFolder.SHARED_FILE), disk.fileNames());
            talk.say(4, 4);
            assertEquals(turns(1, 4), talk.all());
        }
    }

    @Test
    void aNameThatIsTakenIsNeverOverwritten() throws IOException {
        byte[] old = Talk.file(3);
        FaultyDisk disk = FaultyDisk.with(old);
        disk.createFolder(KEPT);
        try (Disk.Handle another = disk.create(KEPT.resolve(NAME))) {
            another.write(0, Lines.utf8("another"));
        }
        try (Talk talk = open(disk)) {
            assertEquals(Optional.of(NAME.replace("-g1", "-g1-2")),
                    talk.memory.resetMemory(Requester.SELF).backup());
        }
        assertEquals("another", disk.text(NAME));
        assertArrayEquals(old, Lines.utf8(disk.text(NAME.replace("-g1", "-g1-2"))));
    }

    @Test
    void withoutRoomForANewFileTheMemoryStaysAsItWas() throws IOException {
        byte[] old = Talk.file(3);
        FaultyDisk disk = FaultyDisk.with(old);
        try (Talk talk = open(disk)) {
            disk.failWhen((call, count) -> call.equals("create"));
            assertThrows(IOException.class, () -> talk.memory.resetMemory(Requester.SELF));
            disk.heal();
            assertEquals(turns(1, 3), talk.all());
            assertEquals(Optional.of(NAME), talk.memory.resetMemory(Requester.SELF).backup());
        }
        assertArrayEquals(old, Lines.utf8(disk.text(NAME)));
    }

    @Test
    void resetsThatComeTogetherAllAnswerAndEachBackupHasItsReceiptsGeneration() throws Exception {
        Path backups = folder.resolve("backups");
        try (Talk talk = open(folder.resolve("memory"), backups)) {
            ExecutorService callers = Executors.newFixedThreadPool(4);
            try {
                List<Future<Receipt>> resets = new ArrayList<>();
                for (int i = 1; i <= 100; i++) {
                    sayInSpiteOfResets(talk.memory, i);
                    resets.add(callers.submit(() -> talk.memory.resetMemory(Requester.SELF)));
                    resets.add(callers.submit(() -> talk.memory.resetMemory(Requester.SELF)));
                }
                checkReceipts(backups, resets);
            } finally {
                callers.shutdown();
            }
        }
    }

    private static void sayInSpiteOfResets(Memory memory, int turn) throws IOException {
        Insertion insertion = new Insertion.Fenced();
        while (insertion instanceof Insertion.Fenced) {
            insertion = memory.insert(memory.latest(0), "q" + turn, "a" + turn);
        }
    }

    private static void checkReceipts(Path backups, List<Future<Receipt>> resets)
            throws Exception {
        Set<Long> generations = new TreeSet<>();
        List<String> kept = new ArrayList<>();
        for (Future<Receipt> reset : resets) {
            Receipt receipt = reset.get();
            generations.add(receipt.generation());
            String name = receipt.backup().orElseThrow();
            assertTrue(name.endsWith("-g" + receipt.generation() + ".jsonl"), name);
            List<String> lines = Files.readAllLines(backups.resolve(name));
            assertEquals(OptionalLong.of(lines.size()), receipt.recordsRemoved());
            kept.addAll(lines);
        }
        assertEquals(resets.size(), generations.size(), "each reset began one of its own");
        assertEquals(200, kept.stream().distinct().count(), "each turn is kept, once");
        assertEquals(200, kept.size());
    }

    @Test
    void theBackupIsDurableBeforeTheMemoryIsEmpty() throws IOException {
        byte[] old = Talk.file(3);
        FaultyDisk disk = FaultyDisk.with(old);
        try (Talk talk = open(disk)) {
            List<FaultyDisk> left = new ArrayList<>();
            disk.failWhen((call, count) -> {
                left.addAll(disk.afterPowerCut());
                return false;
            });
            talk.memory.resetMemory(Requester.SELF);
            disk.heal();
            assertTrue(left.size() > 20);
            for (FaultyDisk cut : left) {
                check(old, false, cut, "a power cut, folders apart");
            }
        }
    }

    @Test
    void whereThereAreNoLinksTheFileIsMoved() throws IOException {
        byte[] old = Talk.file(3);
        FaultyDisk disk = FaultyDisk.with(old);
        try (Talk talk = open(disk)) {
            disk.failWhen((call, count) -> call.equals("link"));
            assertEquals(Optional.of(NAME), talk.memory.resetMemory(Requester.SELF).backup());
            disk.heal();
            assertArrayEquals(old, Lines.utf8(disk.text(NAME)));
            assertEquals(List.of(), talk.all());
            for (FaultyDisk left : disk.afterPowerCut()) {
                check(old, true, left, "a power cut");
            }
            checkGoesOn(talk, disk, List.of(), "");
        }
    }

    @Test
    void whereTheFileWasMovedItIsDurableThereFirst() throws IOException {
        byte[] old = Talk.file(3);
        FaultyDisk disk = FaultyDisk.with(old);
        try (Talk talk = open(disk)) {
            List<FaultyDisk> left = new ArrayList<>();
            disk.failWhen((call, count) -> {
                boolean second = call.equals("syncFolder") && disk.fileNames().contains(NAME)
                        && disk.calls.indexOf("syncFolder") < count - 1;
                left.addAll(second && left.isEmpty() ? disk.afterPowerCut() : List.of());
                return call.equals("link");
            });
            talk.memory.resetMemory(Requester.SELF);
            assertFalse(left.isEmpty(), "between the two folders");
            for (FaultyDisk cut : left) {
                check(old, false, cut, "one folder is synced");
            }
        }
    }

    @Test
    void aResetThatFailsTakesItsBackupBack() throws IOException {
        FaultyDisk disk = FaultyDisk.with(Talk.file(3));
        try (Talk talk = open(disk)) {
            disk.failWhen((call, count) -> call.equals("move"));
            assertThrows(IOException.class, () -> talk.memory.resetMemory(Requester.SELF));
            disk.heal();
            assertFalse(disk.fileNames().contains(NAME), disk.fileNames().toString());
            assertEquals(turns(1, 3), talk.all());
            talk.say(4, 4);
            assertEquals(Optional.of(NAME), talk.memory.resetMemory(Requester.SELF).backup());
            assertEquals(8, disk.text(NAME).lines().count());
        }
    }

    @Test
    void aBackupLosesOnlyTurnsThatWereNotAcknowledged() throws Exception {
        FaultyDisk disk = FaultyDisk.with(Talk.file(3));
        try (Talk talk = open(disk)) {
            CountDownLatch syncing = new CountDownLatch(1);
            CountDownLatch goOn = new CountDownLatch(1);
            History before = talk.now();
            disk.beforeSync(() -> {
                if (Thread.currentThread().getName().equals("first")) {
                    syncing.countDown();
                    awaitUninterruptibly(goOn);
                }
            });
            FutureTask<Insertion> first =
                    new FutureTask<>(() -> talk.memory.insert(before, "q4", "a4"));
            new Thread(first, "first").start();
            syncing.await();
            FutureTask<Receipt> reset =
                    new FutureTask<>(() -> talk.memory.resetMemory(Requester.SELF));
            Thread resetting = new Thread(reset);
            resetting.start();
            Waiting.untilHeldUp(resetting); // it comes right behind the sync
            FutureTask<Insertion> second =
                    new FutureTask<>(() -> talk.memory.insert(before, "q5", "a5"));
            Thread waiting = new Thread(second);
            waiting.start();
            Waiting.untilHeldUp(waiting); // written, but not synced
            goOn.countDown();
            Talk.stored(first.get());
            assertEquals(new Insertion.Fenced(), second.get());
            assertEquals(OptionalLong.of(8), reset.get().recordsRemoved());
            assertEquals(8, disk.text(NAME).lines().count());
            assertFalse(disk.holds("q5"));
        }
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aLinkAsTheMemoryFileIsRefusedByName() throws IOException {
        Path memories = Files.createDirectory(folder.resolve("memory"));
        Path elsewhere = Files.writeString(folder.resolve("real.jsonl"), Lines.turns(1, 3));
        Path link = Files.createSymbolicLink(
                memories.resolve(MemoryFolder.SHARED_FILE), Path.of("../real.jsonl"));
        String refused = assertThrows(IOException.class, () -> Talk.open(memories)).getMessage();
        assertTrue(refused.contains(link + " is a symbolic link"), refused);
        assertEquals(Lines.turns(1, 3), Files.readString(elsewhere));
        Files.delete(elsewhere);
        assertThrows(IOException.class, () -> Talk.open(memories), "so is one to nowhere");
    }

    @Test
    void aLinkInPlaceOfTheNewFileLeavesItsTargetUntouched() throws IOException {
        Path memories = folder.resolve("memory");
        Talk.open(memories).close();
        Path elsewhere = Files.writeString(folder.resolve("other.txt"), "of somebody else");
        Path link = memories.resolve(MemoryFolder.SHARED_FILE + ".new");
        Files.createSymbolicLink(link, elsewhere);
        try (Talk talk = Talk.open(memories)) {
            assertFalse(Files.exists(link, LinkOption.NOFOLLOW_LINKS));
            talk.say(1, 1);
            Files.createSymbolicLink(link, elsewhere);
            talk.memory.resetMemory(Requester.SELF);
        }
        assertEquals("of somebody else", Files.readString(elsewhere));
    }

    @Test
    void failingAtAnyDiskCallOfAResetNothingIsLostNorHalfDone() throws IOException {
        byte[] old = Talk.file(3);
        Failing.onceAndForGood(failing -> {
            FaultyDisk disk = FaultyDisk.with(old);
            String when = failing + ": ";
            try (Talk talk = open(disk)) {
                disk.failWhen(failing);
                boolean done = Failing.succeeds(() -> assertEquals(Optional.of(NAME),
                        talk.memory.resetMemory(Requester.SELF).backup()));
                for (FaultyDisk left : disk.afterPowerCut()) { // folders apart
                    check(old, done, left, when);
                }
                disk.heal();
                List<String> now = talk.all();
                assertTrue(now.isEmpty() || !done && now.equals(turns(1, 3)), when + now);
                checkGoesOn(talk, disk, now, when);
            }
        });
    }

    /** A power cut leaves all or nothing, and the text in the one place or in the other. */
    private static void check(byte[] old, boolean done, FaultyDisk left, String when)
            throws IOException {
        byte[] kept = left.text(NAME).getBytes(StandardCharsets.UTF_8);
        try (Talk reopened = Talk.open(left)) {
            List<String> found = reopened.all();
            assertTrue(found.isEmpty() || !done && found.equals(turns(1, 3)), when + found);
            if (found.isEmpty()) {
                assertArrayEquals(old, kept, when);
            }
        }
    }

    /** What is acknowledged afterwards is durable, and another reset works. */
    private static void checkGoesOn(Talk talk, FaultyDisk disk, List<String> before,
            String when) throws IOException {
        try {
            talk.say(4, 4);
            List<String> more = Stream.concat(before.stream(), turns(4, 4).stream()).toList();
            assertEquals(more, talk.all(), when);
            for (FaultyDisk left : disk.afterPowerCut()) {
                Talk.checkUsable(left, more);
            }
        } catch (MemoryUnavailableException e) {
            // it may refuse to go on until another reset
        }
        talk.memory.resetMemory(Requester.SELF);
        assertEquals(List.of(), talk.all(), when);
        talk.say(5, 5);
        for (FaultyDisk left : disk.afterPowerCut()) {
            Talk.checkUsable(left, turns(5, 5));
        }
    }
}
