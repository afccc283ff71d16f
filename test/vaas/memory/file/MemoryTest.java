package vaas.memory.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static vaas.memory.Talk.all;
import static vaas.memory.Talk.file;
import static vaas.memory.Talk.latest;
import static vaas.memory.Talk.open;
import static vaas.memory.Talk.say;
import static vaas.memory.Talk.turns;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import vaas.testing.Await;
import vaas.testing.ChildJvm;

/** The promises of the memory, one nested class each, in the order and words of the README. */
@Timeout(300)
@ExtendWith(Handles.class)
class MemoryTest {
    @TempDir
    Path folder;

    private Path path() {
        return folder.resolve(MemoryFile.FILE_NAME);
    }

    @Nested
    class AcknowledgedIsDurable {
        @Test
        void onceAcknowledgedATurnSurvivesAPowerCut() throws IOException {
            FaultyDisk disk = new FaultyDisk();
            try (Memory memory = open(disk)) {
                for (int i = 1; i <= 5; i++) {
                    say(memory, i, i);
                    for (FaultyDisk left : disk.afterPowerCut()) {
                        Talk.checkUsable(left, turns(1, i));
                    }
                }
            }
        }

        @Test
        void waitingTurnsShareOneForceAndNobodyHoldsALockMeanwhile() throws Exception {
            FaultyDisk disk = new FaultyDisk();
            ExecutorService threads = Executors.newFixedThreadPool(9);
            try (Memory memory = open(disk)) {
                say(memory, 1, 1);
                CountDownLatch forcing = new CountDownLatch(1);
                CountDownLatch goOn = new CountDownLatch(1);
                disk.beforeSync(() -> {
                    forcing.countDown();
                    Await.latch(goOn);
                });
                disk.countAnew();
                List<Future<?>> turns = new ArrayList<>();
                turns.add(threads.submit(() -> insert(memory)));
                forcing.await();
                for (int i = 0; i < 8; i++) {
                    turns.add(threads.submit(() -> insert(memory)));
                }
                disk.awaitWrites(9); // all appended while the first one's force goes on
                assertEquals(turns(1, 1), all(memory), "readers go on and see what is durable");
                assertEquals(turns(1, 1), latest(memory, 20));
                goOn.countDown();
                for (Future<?> turn : turns) {
                    turn.get();
                }
                assertEquals(2, disk.calls.stream().filter("sync"::equals).count(),
                        "one force for the first, one for the eight that waited");
                assertEquals(20, all(memory).size());
            } finally {
                threads.shutdownNow();
            }
        }

        @Test
        void anInterruptNeitherBreaksTheFileNorLosesTheTurn() throws IOException {
            try (Memory memory = open(folder)) {
                Thread.currentThread().interrupt();
                say(memory, 1, 1);
                assertEquals(1, memory.resetMemory().generation());
                say(memory, 2, 2);
                assertEquals(turns(2, 2), all(memory));
                assertTrue(Thread.interrupted(), "the interrupt is kept for the caller");
            }
            try (Memory memory = open(folder)) {
                assertEquals(turns(2, 2), all(memory));
            }
        }
    }

    @Nested
    class ATurnIsWholeOrAbsent {
        @Test
        void cutAtAnyByteOfItsLastTurnTheFileHoldsTheOthers() throws IOException {
            byte[] three = file(3);
            int two = file(2).length;
            for (int length = two; length < three.length; length++) {
                Talk.checkUsable(FaultyDisk.with(Arrays.copyOf(three, length)), turns(1, 2));
            }
            Talk.checkUsable(FaultyDisk.with(three), turns(1, 3));
        }

        @Test
        void aTailOfZerosAsAPowerCutLeavesIsCut() throws IOException {
            byte[] two = file(2);
            Talk.checkUsable(FaultyDisk.with(Arrays.copyOf(two, two.length + 5000)), turns(1, 2));
        }

        @Test
        void aDamagedLineStaysAndIsSkippedAndCounted() throws IOException {
            byte[] three = file(3);
            for (int line = 0; line < 6; line++) {
                byte[] damaged = damage(three, line);
                FaultyDisk disk = FaultyDisk.with(damaged);
                try (Memory memory = open(disk)) {
                    List<String> left = new ArrayList<>(turns(1, 3));
                    left.remove(line);
                    assertEquals(left, all(memory));
                    assertEquals(1, memory.damagedLines());
                    List<String> whole = new ArrayList<>(turns(1, 3));
                    whole.subList(line / 2 * 2, line / 2 * 2 + 2).clear();
                    assertEquals(whole, latest(memory, 20), "only whole turns go into a prompt");
                    say(memory, 4, 4);
                    assertEquals("a4", latest(memory, 2).get(1));
                }
                byte[] kept = Arrays.copyOf(disk.content(), damaged.length);
                assertTrue(Arrays.equals(damaged, kept), "nothing of the old file has changed");
                try (Memory memory = open(disk)) {
                    assertEquals(6, memory.resetMemory().recordsRemoved() - 1);
                    assertEquals(0, memory.damagedLines());
                }
            }
        }

        private byte[] damage(byte[] lines, int line) {
            byte[] damaged = lines.clone();
            int at = 0;
            for (int i = 0; i < line; i++) {
                while (damaged[at++] != '\n') {
                    // on to the next line
                }
            }
            damaged[at + 3] = 'X'; // in the key "message_id"
            return damaged;
        }
    }

    @Nested
    class Order {
        @Test
        void recordsComeOutInTheOrderInWhichTheyWereAcknowledged() throws IOException {
            try (Memory memory = open(folder)) {
                say(memory, 1, 30);
                assertEquals(turns(1, 30), all(memory));
                List<MemoryRecord> records;
                try (Stream<MemoryRecord> stream = memory.all()) {
                    records = stream.toList();
                }
                for (int i = 1; i < records.size(); i++) {
                    assertTrue(records.get(i - 1).messageId()
                            .compareTo(records.get(i).messageId()) < 0, "ids rise");
                }
            }
        }

        @Test
        void latestIsTheNewestWholeTurnsOldestFirst() throws IOException {
            try (Memory memory = open(folder)) {
                say(memory, 1, 30);
                assertEquals(List.of(), latest(memory, 0));
                assertEquals(List.of(), latest(memory, 1));
                assertEquals(turns(30, 30), latest(memory, 2));
                assertEquals(turns(30, 30), latest(memory, 3));
                assertEquals(turns(21, 30), latest(memory, 20));
                assertEquals(turns(20, 30), latest(memory, 22), "beyond the window, from the file");
                assertEquals(turns(1, 30), latest(memory, Integer.MAX_VALUE));
                assertThrows(IllegalArgumentException.class, () -> memory.latest(-1));
            }
            try (Memory memory = open(folder)) {
                assertEquals(turns(21, 30), latest(memory, 20));
                assertEquals(turns(1, 30), latest(memory, 1000));
            }
        }

        @Test
        void idsRiseAcrossReopeningAndAClockThatStandsStill() throws IOException {
            FaultyDisk disk = new FaultyDisk();
            for (int i = 1; i <= 3; i++) {
                try (Memory memory = open(disk)) { // Talk.CLOCK is fixed
                    say(memory, i, i);
                }
            }
            try (Memory memory = open(disk); Stream<MemoryRecord> records = memory.all()) {
                List<MemoryRecord> sorted = records.toList();
                assertEquals(sorted, sorted.stream()
                        .sorted((a, b) -> a.messageId().compareTo(b.messageId())).toList());
            }
        }
    }

    @Nested
    class ResetIsAllOrNothing {
        @Test
        void killedAtAnyDiskCallTheMemoryIsWhollyOldOrWhollyEmpty() throws IOException {
            boolean killedInTime = true;
            for (int at = 1; killedInTime; at++) {
                FaultyDisk disk = FaultyDisk.with(file(3));
                Memory memory = open(disk);
                int killed = at;
                disk.failWhen((call, count) -> count >= killed);
                boolean acknowledged = succeeds(memory::resetMemory);
                killedInTime = disk.hasFailed();
                for (FaultyDisk left : disk.afterPowerCut()) {
                    try (Memory reopened = open(left)) {
                        List<String> found = all(reopened);
                        assertTrue(found.isEmpty() || !acknowledged && found.equals(turns(1, 3)),
                                "after " + disk.calls + " there is " + found);
                    }
                    assertFalse(left.fileNames().contains(MemoryFile.NEW_NAME));
                }
                disk.kill();
            }
        }
    }

    @Nested
    class ResetLeavesNothing {
        @Test
        void theOldFileIsTruncatedEvenWhereSomebodyElseHoldsIt() throws IOException {
            try (Memory memory = open(folder)) {
                say(memory, 1, 3);
                Path held = folder.resolve("held");
                Files.createLink(held, path());
                long bytes = Files.size(path());
                Receipt receipt = memory.resetMemory();
                assertEquals(new Receipt(6, bytes, 1, Optional.empty()), receipt);
                assertEquals(0, Files.size(held), "the same blocks under another name");
                assertEquals(0, Files.size(path()));
                Files.delete(held);
                try (Stream<Path> files = Files.list(folder)) {
                    assertEquals(List.of(AuditLog.FILE_NAME, MemoryFile.FILE_NAME,
                            FolderLock.FILE_NAME), files
                            .map(path -> path.getFileName().toString()).sorted().toList());
                }
            }
        }

        @Test
        void aLeftoverOfACrashIsRemovedAtOpen() throws IOException {
            Files.writeString(folder.resolve(MemoryFile.NEW_NAME), "secret");
            open(folder).close();
            assertFalse(Files.exists(folder.resolve(MemoryFile.NEW_NAME)));
        }

        @Test
        void streamsOpenedBeforeEndEarly() throws IOException {
            try (Memory memory = open(folder)) {
                say(memory, 1, 2000);
                try (Stream<MemoryRecord> records = memory.all()) {
                    Iterator<MemoryRecord> iterator = records.iterator();
                    iterator.next();
                    memory.resetMemory();
                    int seen = 1;
                    while (iterator.hasNext()) {
                        iterator.next();
                        seen++;
                    }
                    assertTrue(seen < 4000, "only what was read ahead: " + seen);
                }
            }
        }
    }

    @Nested
    class ResetIsFenced {
        @Test
        void anAnswerAskedBeforeAResetIsNotStored() throws Exception {
            try (Memory memory = open(folder)) {
                say(memory, 1, 2);
                long asked = memory.generation();
                memory.resetMemory();
                assertEquals(Optional.empty(), memory.insert(asked, "late", "late"));
                assertEquals(List.of(), all(memory));
                assertTrue(memory.insert(memory.generation(), "new", "new").isPresent());
                assertFalse(Files.readString(path()).contains("late"));
            }
        }

        @Test
        void aTurnThatWaitsForItsForceWhenAResetComesIsNotRemembered() throws Exception {
            FaultyDisk disk = new FaultyDisk();
            ExecutorService threads = Executors.newFixedThreadPool(3);
            try (Memory memory = open(disk)) {
                CountDownLatch forcing = new CountDownLatch(1);
                CountDownLatch goOn = new CountDownLatch(1);
                disk.beforeSync(() -> {
                    disk.beforeSync(() -> {}); // holds up the first force only
                    forcing.countDown();
                    Await.latch(goOn);
                });
                Future<Optional<MemoryRecord>> first =
                        threads.submit(() -> memory.insert(0, "q1", "a1"));
                forcing.await();
                Future<Optional<MemoryRecord>> second =
                        threads.submit(() -> memory.insert(0, "q2", "a2"));
                disk.awaitWrites(2);
                Future<Receipt> reset = threads.submit(() -> memory.resetMemory());
                awaitExclusive(memory);
                goOn.countDown();
                assertTrue(first.get().isPresent(), "it was forced before the reset");
                assertEquals(1, reset.get().generation());
                assertEquals(Optional.empty(), second.get(), "the reset goes before its force");
                assertEquals(List.of(), all(memory));
                assertEquals(List.of(), latest(memory, 20));
            } finally {
                threads.shutdownNow();
            }
        }

        // The reset asks for the right to commit in a thread of its own; it can only be seen to
        // wait by its state.
        private void awaitExclusive(Memory memory) {
            Await.until(() -> Thread.getAllStackTraces().entrySet().stream().anyMatch(entry ->
                    entry.getKey().getState() == Thread.State.WAITING
                            && Arrays.stream(entry.getValue()).anyMatch(frame ->
                            frame.getMethodName().equals("beginReplace"))));
        }
    }

    @Nested
    class ResetWorksWhenNothingElseDoes {
        @Test
        void withAFullDisk() throws IOException {
            FaultyDisk disk = FaultyDisk.with(file(3));
            try (Memory memory = open(disk)) {
                disk.failWhen((call, count) -> call.equals("write") || call.equals("create"));
                assertThrows(IOException.class, () -> say(memory, 4, 4));
                disk.usableBytes = 0;
                assertFalse(memory.isWritable());
                assertEquals(1, memory.resetMemory().generation());
                assertEquals(2, memory.resetMemory().generation(), "twice in a row is fine");
                disk.heal();
                assertTrue(memory.isWritable());
                say(memory, 5, 5);
                assertEquals(turns(5, 5), all(memory));
                assertFalse(disk.holds("q1"));
            }
            Talk.checkUsable(disk, turns(5, 5));
        }

        @Test
        void withAFileThatIsNothingButDamage() throws IOException {
            FaultyDisk disk = FaultyDisk.with("what\nis\nthis\n".getBytes(StandardCharsets.UTF_8));
            try (Memory memory = open(disk)) {
                assertEquals(3, memory.damagedLines());
                assertEquals(new Receipt(0, 13, 1, Optional.empty()), memory.resetMemory());
                say(memory, 1, 1);
                assertEquals(turns(1, 1), all(memory));
            }
        }

        @Test
        void whenTheMemoryRefusesWrites() throws IOException {
            FaultyDisk disk = FaultyDisk.with(file(3));
            try (Memory memory = open(disk)) {
                disk.failWhen((call, count) -> call.equals("sync"));
                assertThrows(MemoryUnavailableException.class, () -> say(memory, 4, 4));
                disk.heal();
                assertThrows(MemoryUnavailableException.class, () -> say(memory, 5, 5));
                memory.resetMemory();
                say(memory, 6, 6);
                assertEquals(turns(6, 6), all(memory));
            }
        }

        @Test
        void afterEachSingleFailureAskingAgainIsSafe() throws IOException {
            for (boolean forGood : new boolean[] {false, true}) {
                boolean failed = true;
                for (int at = 1; failed; at++) {
                    FaultyDisk disk = FaultyDisk.with(file(3));
                    try (Memory memory = open(disk)) {
                        int failing = at;
                        disk.failWhen((call, count) ->
                                forGood ? count >= failing : count == failing);
                        boolean done = succeeds(memory::resetMemory);
                        failed = disk.hasFailed();
                        disk.heal();
                        List<String> left = all(memory);
                        assertTrue(left.isEmpty() || !done && left.equals(turns(1, 3)));
                        memory.resetMemory();
                        say(memory, 4, 4);
                        assertEquals(turns(4, 4), all(memory));
                        // What could not be truncated has no name left to try it again by.
                        assertTrue(disk.hasFailed("truncate") || !disk.holds("q1"));
                    }
                    for (FaultyDisk cut : disk.afterPowerCut()) {
                        Talk.checkUsable(cut, turns(4, 4));
                    }
                }
            }
        }
    }

    @Nested
    class Bounded {
        @Test
        void latestWithinTheWindowTouchesNoDisk() throws IOException {
            FaultyDisk disk = FaultyDisk.with(file(200));
            try (Memory memory = open(disk)) {
                disk.countAnew();
                assertEquals(turns(191, 200), latest(memory, 20));
                assertEquals(List.of(), disk.calls);
            }
        }

        @Test
        void byMessageIdReadsLittleWhateverTheSize() throws IOException {
            FaultyDisk disk = FaultyDisk.with(file(3000));
            try (Memory memory = open(disk); Stream<MemoryRecord> records = memory.all()) {
                int i = 0;
                for (MemoryRecord wanted : records.toList()) {
                    if (i++ % 97 == 0) {
                        long before = disk.bytesRead;
                        assertEquals(Optional.of(wanted), memory.byMessageId(wanted.messageId()));
                        assertTrue(disk.bytesRead - before <= 64 << 10, "one buffer at most");
                    }
                }
                assertEquals(Optional.empty(), memory.byMessageId(
                        MessageIds.next(null, 1, new java.util.SplittableRandom())));
            }
        }

        @Test
        void aSmallHeapIsEnoughForALargeFile() throws Exception {
            assertEquals("200000 records, found\n", ChildJvm.output("-Xmx20m", SmallHeap.class,
                    folder.toString()));
        }
    }

    @Nested
    class OneOwner {
        @Test
        void aSecondOpenerIsRefusedWithASentence() throws Exception {
            Memory memory = open(folder);
            try {
                IOException here = assertThrows(IOException.class, () -> open(folder));
                assertTrue(here.getMessage().contains("already open in this process"));
                String other = ChildJvm.output("-Xmx64m", Opener.class, folder.toString());
                assertTrue(other.contains("in use by another process"), other);
            } finally {
                memory.close();
                memory.close();
            }
            assertEquals("opened\n", ChildJvm.output("-Xmx64m", Opener.class, folder.toString()));
        }

        @Test
        void filesAreForTheirOwnerOnly() throws IOException {
            Path made = folder.resolve("a/b");
            try (Memory memory = open(made)) {
                memory.resetMemory();
                assertEquals("rwx------", permissions(made));
                assertEquals("rwx------", permissions(folder.resolve("a")));
                assertEquals("rw-------", permissions(made.resolve(MemoryFile.FILE_NAME)));
                assertEquals("rw-------", permissions(made.resolve(FolderLock.FILE_NAME)));
            }
        }

        private String permissions(Path path) throws IOException {
            return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
        }
    }

    @Nested
    class AFailedWriteLosesNothingAcknowledged {
        @Test
        void aFullDiskTakesTheTurnBackAndWritingWorksAgainLater() throws IOException {
            FaultyDisk disk = FaultyDisk.with(file(3));
            try (Memory memory = open(disk)) {
                disk.failWhen((call, count) -> call.equals("write"));
                IOException full = assertThrows(IOException.class, () -> say(memory, 4, 4));
                assertFalse(full instanceof MemoryUnavailableException);
                assertEquals(file(3).length, disk.content().length, "the half turn is cut off");
                disk.heal();
                say(memory, 5, 5);
                assertEquals(Stream.concat(turns(1, 3).stream(), turns(5, 5).stream()).toList(),
                        all(memory));
            }
        }

        @Test
        void aFailedForceStopsWritesUntilReopenedWhileReadsGoOn() throws IOException {
            FaultyDisk disk = FaultyDisk.with(file(3));
            try (Memory memory = open(disk)) {
                disk.failWhen((call, count) -> call.equals("sync"));
                assertThrows(MemoryUnavailableException.class, () -> say(memory, 4, 4));
                disk.heal();
                assertThrows(MemoryUnavailableException.class, () -> say(memory, 5, 5));
                assertFalse(memory.isWritable());
                assertEquals(turns(1, 3), all(memory));
                assertEquals(turns(1, 3), latest(memory, 20));
            }
            Talk.checkUsable(disk, turns(1, 3));
        }

        @Test
        void failingAtAnyDiskCallOfOpenAppendAndCloseLosesNothing() throws IOException {
            byte[] torn = Arrays.copyOf(file(3), file(3).length - 5); // two turns and a torn one
            for (boolean forGood : new boolean[] {false, true}) {
                boolean failed = true;
                for (int at = 1; failed; at++) {
                    FaultyDisk disk = FaultyDisk.with(torn);
                    int failing = at;
                    disk.failWhen((call, count) -> forGood ? count >= failing : count == failing);
                    List<String> acknowledged = new ArrayList<>(turns(1, 2));
                    try (Memory memory = open(disk)) {
                        for (int i = 3; i <= 5; i++) {
                            int turn = i;
                            if (succeeds(() -> say(memory, turn, turn))) {
                                acknowledged.addAll(turns(i, i));
                            }
                        }
                    } catch (IOException e) {
                        // the failure hit opening or closing
                    }
                    failed = disk.hasFailed();
                    for (FaultyDisk left : disk.afterPowerCut()) {
                        checkHoldsInOrder(left, acknowledged);
                    }
                    disk.heal();
                    checkHoldsInOrder(disk, acknowledged);
                }
            }
        }

        // Turns that were not acknowledged may be there too, but whole.
        private void checkHoldsInOrder(FaultyDisk disk, List<String> acknowledged)
                throws IOException {
            List<String> found;
            try (Memory memory = open(disk)) {
                found = all(memory);
            }
            List<String> known = new ArrayList<>(found);
            known.retainAll(acknowledged);
            assertEquals(acknowledged, known);
            for (int i = 0; i < found.size(); i += 2) {
                assertEquals("a" + found.get(i).substring(1), found.get(i + 1));
            }
            Talk.checkUsable(disk, found);
        }
    }

    /** Opens the memory of a folder and says how that went. */
    static final class Opener {
        public static void main(String[] args) {
            try {
                open(Path.of(args[0])).close();
                System.out.println("opened");
            } catch (IOException e) {
                System.out.println(e.getMessage());
            }
        }
    }

    /** Works on a file that is much larger than the heap. */
    static final class SmallHeap {
        public static void main(String[] args) throws IOException {
            String text = "x".repeat(100);
            Path folder = Path.of(args[0]);
            try (Memory memory = open(folder)) {
                memory.insert(0, text, text);
            }
            byte[] lines = Files.readAllBytes(folder.resolve(MemoryFile.FILE_NAME));
            try (var out = Files.newOutputStream(folder.resolve(MemoryFile.FILE_NAME))) {
                byte[] block = new byte[lines.length * 1000];
                for (int i = 0; i < block.length; i++) {
                    block[i] = lines[i % lines.length];
                }
                for (int i = 0; i < 100; i++) {
                    out.write(block);
                }
            }
            try (Memory memory = open(folder)) {
                MemoryRecord last = memory.insert(0, text, "the last one").orElseThrow();
                try (Stream<MemoryRecord> records = memory.all()) {
                    System.out.print(records.count() - 2 + " records, ");
                }
                Await.until(() -> memory.size().isPresent());
                System.out.println(memory.byMessageId(last.messageId()).equals(Optional.of(last))
                        ? "found" : "not found");
            }
        }
    }

    private static Object insert(Memory memory) throws IOException {
        return memory.insert(memory.generation(), "q", "a").orElseThrow();
    }

    private interface Action {
        void run() throws IOException;
    }

    private static boolean succeeds(Action action) {
        try {
            action.run();
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
