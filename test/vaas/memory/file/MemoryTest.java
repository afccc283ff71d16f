package vaas.memory.file;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static vaas.disk.Failing.succeeds;
import static vaas.testing.Talk.file;
import static vaas.testing.Talk.open;
import static vaas.testing.Talk.stored;
import static vaas.testing.Talk.turns;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
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
import vaas.budget.Budget;
import vaas.disk.Failing;
import vaas.disk.FaultyDisk;
import vaas.disk.FolderLock;
import vaas.disk.Handles;
import vaas.memory.History;
import vaas.memory.Insertion;
import vaas.memory.MemoryRecord;
import vaas.memory.MemoryUnavailableException;
import vaas.memory.Receipt;
import vaas.memory.Requester;
import vaas.memory.line.Limits;
import vaas.memory.line.MessageIds;
import vaas.metrics.Metrics;
import vaas.testing.Await;
import vaas.testing.ChildJvm;
import vaas.testing.Talk;

/** The promises of the memory, one nested class each, in the order and words of the README. */
@Timeout(300)
@ExtendWith(Handles.class)
class MemoryTest {
    private static final String FILE_NAME = "memory.jsonl";
    private static final String NEW_NAME = "memory.jsonl.new";

    @TempDir
    Path folder;

    private Path path() {
        return folder.resolve(FILE_NAME);
    }

    @Nested
    class AcknowledgedIsDurable {
        @Test
        void onceAcknowledgedATurnSurvivesAPowerCut() throws IOException {
            FaultyDisk disk = new FaultyDisk();
            try (Talk talk = open(disk)) {
                for (int i = 1; i <= 5; i++) {
                    talk.say(i, i);
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
            try (Talk talk = open(disk)) {
                talk.say(1, 1);
                CountDownLatch forcing = new CountDownLatch(1);
                CountDownLatch goOn = new CountDownLatch(1);
                disk.beforeSync(() -> {
                    forcing.countDown();
                    Await.latch(goOn);
                });
                disk.countAnew();
                List<Future<?>> turns = new ArrayList<>();
                turns.add(threads.submit(() -> insert(talk)));
                forcing.await();
                for (int i = 0; i < 8; i++) {
                    turns.add(threads.submit(() -> insert(talk)));
                }
                // All in one batch, for which its first one waits, while the first force goes on.
                Await.waitingIn(8, "Batch.await", "Journal.beginCommit");
                assertEquals(turns(1, 1), talk.all(), "readers go on and see what is durable");
                assertEquals(turns(1, 1), talk.latest(20));
                goOn.countDown();
                for (Future<?> turn : turns) {
                    turn.get();
                }
                assertEquals(2, disk.calls.stream().filter("sync"::equals).count(),
                        "one force for the first, one for the eight that waited");
                assertEquals(20, talk.all().size());
            } finally {
                threads.shutdownNow();
            }
        }

        @Test
        void anInterruptNeitherBreaksTheFileNorLosesTheTurn() throws IOException {
            try (Talk talk = open(folder)) {
                Thread.currentThread().interrupt();
                talk.say(1, 1);
                assertEquals(1, reset(talk).generation());
                talk.say(2, 2);
                assertEquals(turns(2, 2), talk.all());
                assertTrue(Thread.interrupted(), "the interrupt is kept for the caller");
            }
            try (Talk talk = open(folder)) {
                assertEquals(turns(2, 2), talk.all());
            }
        }
    }

    @Nested
    class ATurnIsWholeOrAbsent {
        @Test
        void cutAtAnyByteOfItsLastTurnTheFileHoldsTheOthers() throws IOException {
            byte[] three = file(3);
            int two = file(2).length;
            for (int length = two; length < three.length - 1; length++) {
                Talk.checkUsable(FaultyDisk.with(Arrays.copyOf(three, length)), turns(1, 2));
            }
            Talk.checkUsable(FaultyDisk.with(three), turns(1, 3));
        }

        @Test
        void aLastTurnThatIsWholeButForItsLineEndStaysAndGetsOne() throws IOException {
            byte[] three = file(3);
            FaultyDisk disk = FaultyDisk.with(Arrays.copyOf(three, three.length - 1));
            open(disk).close();
            assertArrayEquals(three, disk.onlyWhatIsSynced().content());
            Talk.checkUsable(disk, turns(1, 3));
        }

        @Test
        void whatIsCutIsCutDurablyAndCountedInBytes() throws IOException {
            byte[] three = file(3);
            byte[] two = Arrays.copyOf(three, file(2).length);
            List<Audit.Entry> told = new ArrayList<>();
            FaultyDisk disk = FaultyDisk.with(Arrays.copyOf(three, three.length - 5));
            try (FileMemory memory = FileMemory.open(context(disk, told::add), Turns.FILE)) {
                assertEquals(two.length, memory.bytes());
            }
            assertArrayEquals(two, disk.onlyWhatIsSynced().content());
            assertEquals(List.of(three.length - 5L - two.length),
                    told.stream().map(Audit.Entry::bytes).toList());
        }

        @Test
        void damageAtTheEndStaysAndGetsALineEndBeforeTheNextTurn() throws IOException {
            String two = new String(file(2), StandardCharsets.UTF_8);
            for (String damage : List.of("what is this", "{\"role\":\"user\"", "x\0\0", "\n\nx")) {
                FaultyDisk disk = FaultyDisk.with(Turns.utf8(two + damage));
                Talk.checkUsable(disk, turns(1, 2));
                assertTrue(disk.text(FILE_NAME).startsWith(two + damage + "\n{\"message_id"));
            }
        }

        @Test
        void aByteOrderMarkIsPassedOver() throws IOException {
            String mark = "\ufeff";
            Talk.checkUsable(FaultyDisk.with(Turns.utf8(mark)), turns(1, 0));
            Talk.checkUsable(FaultyDisk.with(Turns.utf8(mark + "\n")), turns(1, 0));
            String two = new String(file(2), StandardCharsets.UTF_8);
            FaultyDisk disk = FaultyDisk.with(Turns.utf8(mark + two));
            Talk.checkUsable(disk, turns(1, 2));
            try (Talk talk = open(disk)) {
                assertEquals(0, talk.memory.damagedLines());
                assertEquals(OptionalLong.of(6), reset(talk).recordsRemoved());
            }
            String torn = mark + two.substring(0, two.indexOf('\n') - 9);
            Talk.checkUsable(FaultyDisk.with(Turns.utf8(torn)), turns(1, 0));
        }

        @Test
        void aBlankLineInsideATurnDoesNotPartIt() throws IOException {
            String two = new String(file(2), StandardCharsets.UTF_8);
            Talk.checkUsable(FaultyDisk.with(Turns.utf8("\n" + two.replace("\n", "\n \r\n\n"))),
                    turns(1, 2));
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
                try (Talk talk = open(disk)) {
                    List<String> left = new ArrayList<>(turns(1, 3));
                    left.remove(line);
                    assertEquals(left, talk.all());
                    assertEquals(1, talk.memory.damagedLines());
                    List<String> whole = new ArrayList<>(turns(1, 3));
                    whole.subList(line / 2 * 2, line / 2 * 2 + 2).clear();
                    assertEquals(whole, talk.latest(20), "only whole turns go into a prompt");
                    talk.say(4, 4);
                    assertEquals("a4", talk.latest(2).get(1));
                }
                byte[] kept = Arrays.copyOf(disk.content(), damaged.length);
                assertTrue(Arrays.equals(damaged, kept), "nothing of the old file has changed");
                try (Talk talk = open(disk)) {
                    assertEquals(OptionalLong.of(7), reset(talk).recordsRemoved(),
                            "lines that begin as ours do");
                    assertEquals(0, talk.memory.damagedLines());
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
            try (Talk talk = open(folder)) {
                talk.say(1, 30);
                assertEquals(turns(1, 30), talk.all());
                List<MemoryRecord> records;
                try (Stream<MemoryRecord> stream = talk.memory.all()) {
                    records = stream.toList();
                }
                for (int i = 1; i < records.size(); i++) {
                    assertTrue(MessageIds.compare(records.get(i - 1).messageId(),
                            records.get(i).messageId()) < 0, "ids rise");
                }
            }
        }

        @Test
        void latestIsTheNewestWholeTurnsOldestFirst() throws IOException {
            try (Talk talk = open(folder)) {
                talk.say(1, 30);
                assertEquals(List.of(), talk.latest(0));
                assertEquals(turns(30, 30), talk.latest(1), "the newest turn");
                assertEquals(turns(30, 30), talk.latest(2));
                assertEquals(turns(30, 30), talk.latest(3));
                assertEquals(turns(21, 30), talk.latest(20));
                assertEquals(turns(20, 30), talk.latest(22), "beyond the window, from the file");
                assertEquals(turns(1, 30), talk.latest(Integer.MAX_VALUE));
                assertThrows(IllegalArgumentException.class, () -> talk.memory.latest(-1));
            }
            try (Talk talk = open(folder)) {
                assertEquals(turns(21, 30), talk.latest(20));
                assertEquals(turns(1, 30), talk.latest(1000));
            }
        }

        @Test
        void idsRiseAcrossReopeningAndAClockThatStandsStill() throws IOException {
            FaultyDisk disk = new FaultyDisk();
            for (int i = 1; i <= 3; i++) {
                try (Talk talk = open(disk)) { // Talk.CLOCK is fixed
                    talk.say(i, i);
                }
            }
            try (Talk talk = open(disk); Stream<MemoryRecord> records = talk.memory.all()) {
                List<MemoryRecord> sorted = records.toList();
                assertEquals(sorted, sorted.stream().sorted((a, b) ->
                        MessageIds.compare(a.messageId(), b.messageId())).toList());
            }
        }
    }

    @Nested
    class ResetIsAllOrNothing {
        @Test
        void killedAtAnyDiskCallTheMemoryIsWhollyOldOrWhollyEmpty() throws IOException {
            Failing.forGood(killed -> {
                FaultyDisk disk = FaultyDisk.with(file(3));
                Talk talk = open(disk);
                disk.failWhen(killed);
                boolean acknowledged = succeeds(() -> reset(talk));
                for (FaultyDisk left : disk.afterPowerCut()) {
                    try (Talk reopened = open(left)) {
                        List<String> found = reopened.all();
                        assertTrue(found.isEmpty() || !acknowledged && found.equals(turns(1, 3)),
                                "after " + disk.calls + " there is " + found);
                    }
                    assertFalse(left.fileNames().contains(NEW_NAME));
                }
                disk.kill();
            });
        }
    }

    @Nested
    class ResetLeavesNothing {
        @Test
        void theOldFileIsTruncatedEvenWhereSomebodyElseHoldsIt() throws IOException {
            try (Talk talk = open(folder)) {
                talk.say(1, 3);
                Path held = folder.resolve("held");
                Files.createLink(held, path());
                long bytes = Files.size(path());
                Receipt receipt = reset(talk);
                assertEquals(receipt(6, bytes, 1), receipt);
                assertEquals(0, Files.size(held), "the same blocks under another name");
                assertEquals(0, Files.size(path()));
                Files.delete(held);
                try (Stream<Path> files = Files.list(folder)) {
                    assertEquals(List.of(FolderLock.SECOND_NAME, "audit.jsonl", FILE_NAME,
                            FolderLock.FILE_NAME), files
                            .map(path -> path.getFileName().toString()).sorted().toList());
                }
            }
        }

        @Test
        void aLeftoverOfACrashIsRemovedAtOpen() throws IOException {
            Files.writeString(folder.resolve(NEW_NAME), "secret");
            open(folder).close();
            assertFalse(Files.exists(folder.resolve(NEW_NAME)));
        }
    }

    @Nested
    class ResetIsFenced {
        @Test
        void anAnswerAskedBeforeAResetIsNotStored() throws Exception {
            try (Talk talk = open(folder)) {
                talk.say(1, 2);
                History asked = talk.memory.latest(20);
                reset(talk);
                assertEquals(new Insertion.Fenced(), talk.memory.insert(asked, "late", "late"));
                assertEquals(List.of(), talk.all());
                stored(talk.memory.insert(talk.now(), "new", "new"));
                assertFalse(Files.readString(path()).contains("late"));
            }
        }

        @Test
        void aTurnThatWaitsForItsForceWhenAResetComesIsNotRemembered() throws Exception {
            FaultyDisk disk = new FaultyDisk();
            ExecutorService threads = Executors.newFixedThreadPool(3);
            try (Talk talk = open(disk)) {
                CountDownLatch forcing = new CountDownLatch(1);
                CountDownLatch goOn = new CountDownLatch(1);
                History asked = talk.now();
                disk.beforeSync(() -> {
                    if (disk.content().length == 0) {
                        return; // the reset's new file
                    }
                    disk.beforeSync(() -> {}); // holds up the first force only
                    forcing.countDown();
                    Await.latch(goOn);
                });
                Future<Insertion> first =
                        threads.submit(() -> talk.memory.insert(asked, "q1", "a1"));
                forcing.await();
                Future<Receipt> reset = threads.submit(() -> reset(talk));
                Await.waitingIn(1, "Journal.beginCommit"); // before the second turn
                Future<Insertion> second =
                        threads.submit(() -> talk.memory.insert(asked, "q2", "a2"));
                Await.waitingIn(2, "Journal.beginCommit");
                goOn.countDown();
                stored(first.get()); // it was forced before the reset
                assertEquals(1, reset.get().generation());
                assertEquals(new Insertion.Fenced(), second.get(),
                        "the reset goes before its force");
                assertEquals(List.of(), talk.all());
                assertEquals(List.of(), talk.latest(20));
                assertFalse(disk.holds("q2"));
            } finally {
                threads.shutdownNow();
            }
        }
    }

    @Nested
    class ResetWorksWhenNothingElseDoes {
        @Test
        void withAFullDisk() throws IOException {
            FaultyDisk disk = FaultyDisk.with(file(3));
            try (Talk talk = open(disk)) {
                disk.failWhen((call, count) -> call.equals("write") || call.equals("create"));
                assertThrows(IOException.class, () -> talk.say(4, 4));
                disk.usableBytes = 0;
                assertFalse(talk.memory.isWritable());
                assertEquals(1, reset(talk).generation());
                assertEquals(2, reset(talk).generation(), "twice in a row is fine");
                disk.heal();
                assertTrue(talk.memory.isWritable());
                talk.say(5, 5);
                assertEquals(turns(5, 5), talk.all());
                assertFalse(disk.holds("q1"));
            }
            Talk.checkUsable(disk, turns(5, 5));
        }

        @Test
        void withAFileThatIsNothingButDamage() throws IOException {
            FaultyDisk disk = FaultyDisk.with("what\nis\nthis\n".getBytes(StandardCharsets.UTF_8));
            try (Talk talk = open(disk)) {
                assertEquals(3, talk.memory.damagedLines());
                assertEquals(receipt(0, 13, 1), reset(talk));
                talk.say(1, 1);
                assertEquals(turns(1, 1), talk.all());
            }
        }

        @Test
        void whenTheMemoryRefusesWrites() throws IOException {
            FaultyDisk disk = FaultyDisk.with(file(3));
            try (Talk talk = open(disk)) {
                disk.failWhen((call, count) -> call.equals("sync"));
                assertThrows(MemoryUnavailableException.class, () -> talk.say(4, 4));
                disk.heal();
                assertThrows(MemoryUnavailableException.class, () -> talk.say(5, 5));
                reset(talk);
                talk.say(6, 6);
                assertEquals(turns(6, 6), talk.all());
            }
        }

        @Test
        void afterEachSingleFailureAskingAgainIsSafe() throws IOException {
            Failing.onceAndForGood(failing -> {
                FaultyDisk disk = FaultyDisk.with(file(3));
                try (Talk talk = open(disk)) {
                    disk.failWhen(failing);
                    boolean done = succeeds(() -> reset(talk));
                    disk.heal();
                    List<String> left = talk.all();
                    assertTrue(left.isEmpty() || !done && left.equals(turns(1, 3)));
                    reset(talk);
                    talk.say(4, 4);
                    assertEquals(turns(4, 4), talk.all());
                    assertFalse(disk.holds("q1"), "nor in a file that has lost its name");
                }
                for (FaultyDisk cut : disk.afterPowerCut()) {
                    Talk.checkUsable(cut, turns(4, 4));
                }
            });
        }
    }

    @Nested
    class Bounded {
        @Test
        void latestWithinTheWindowTouchesNoDisk() throws IOException {
            FaultyDisk disk = FaultyDisk.with(file(200));
            try (Talk talk = open(disk)) {
                disk.countAnew();
                assertEquals(turns(191, 200), talk.latest(20));
                assertEquals(List.of(), disk.calls);
            }
        }

        @Test
        void byMessageIdReadsLittleWhateverTheSize() throws IOException {
            FaultyDisk disk = FaultyDisk.with(file(3000));
            try (Talk talk = open(disk); Stream<MemoryRecord> records = talk.memory.all()) {
                Await.until(() -> talk.memory.size().isPresent()); // nobody else reads
                int i = 0;
                for (MemoryRecord wanted : records.toList()) {
                    if (i++ % 97 == 0) {
                        long before = disk.bytesRead;
                        assertEquals(Optional.of(wanted), talk.memory.byMessageId(
                                wanted.messageId()));
                        assertTrue(disk.bytesRead - before <= 20 << 10,
                                disk.bytesRead - before + " bytes");
                    }
                }
                assertEquals(Optional.empty(), talk.memory.byMessageId(Turns.id(1)));
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
            Talk talk = open(folder);
            try {
                IOException here = assertThrows(IOException.class, () -> open(folder));
                assertTrue(here.getMessage().contains("already open in this process"));
                String other = ChildJvm.output("-Xmx64m", Opener.class, folder.toString());
                assertTrue(other.contains("in use by another process"), other);
            } finally {
                talk.close();
                talk.close();
            }
            assertEquals("opened\n", ChildJvm.output("-Xmx64m", Opener.class, folder.toString()));
        }

        @Test
        void filesAreForTheirOwnerOnly() throws IOException {
            Path made = folder.resolve("a/b");
            try (Talk talk = open(made)) {
                reset(talk);
                assertEquals("rwx------", permissions(made));
                assertEquals("rwx------", permissions(folder.resolve("a")));
                assertEquals("rw-------", permissions(made.resolve(FILE_NAME)));
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
            try (Talk talk = open(disk)) {
                disk.failWhen((call, count) -> call.equals("write"));
                IOException full = assertThrows(IOException.class, () -> talk.say(4, 4));
                assertFalse(full instanceof MemoryUnavailableException);
                assertEquals(file(3).length, disk.content().length, "the half turn is cut off");
                disk.heal();
                talk.say(5, 5);
                assertEquals(Stream.concat(turns(1, 3).stream(), turns(5, 5).stream()).toList(),
                        talk.all());
            }
        }

        @Test
        void aFailedForceStopsWritesUntilReopenedWhileReadsGoOn() throws IOException {
            FaultyDisk disk = FaultyDisk.with(file(3));
            try (Talk talk = open(disk)) {
                disk.failWhen((call, count) -> call.equals("sync"));
                assertThrows(MemoryUnavailableException.class, () -> talk.say(4, 4));
                disk.heal();
                assertThrows(MemoryUnavailableException.class, () -> talk.say(5, 5));
                assertFalse(talk.memory.isWritable());
                assertEquals(turns(1, 3), talk.all());
                assertEquals(turns(1, 3), talk.latest(20));
            }
            Talk.checkUsable(disk, turns(1, 3));
        }

        @Test
        void failingAtAnyDiskCallOfOpenAppendAndCloseLosesNothing() throws IOException {
            byte[] torn = Arrays.copyOf(file(3), file(3).length - 5); // two turns and a torn one
            Failing.onceAndForGood(failing -> {
                FaultyDisk disk = FaultyDisk.with(torn);
                disk.failWhen(failing);
                List<String> acknowledged = new ArrayList<>(turns(1, 2));
                try (Talk talk = open(disk)) {
                    for (int i = 3; i <= 5; i++) {
                        int turn = i;
                        if (succeeds(() -> talk.say(turn, turn))) {
                            acknowledged.addAll(turns(i, i));
                        }
                    }
                } catch (IOException e) {
                    // the failure hit opening or closing
                }
                for (FaultyDisk left : disk.afterPowerCut()) {
                    checkHoldsInOrder(left, acknowledged);
                }
                disk.heal();
                checkHoldsInOrder(disk, acknowledged);
            });
        }

        // Turns that were not acknowledged may be there too, but whole.
        private void checkHoldsInOrder(FaultyDisk disk, List<String> acknowledged)
                throws IOException {
            List<String> found;
            try (Talk talk = open(disk)) {
                found = talk.all();
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

    /** A memory alone, in no folder that anybody has. */
    private static FileContext context(FaultyDisk disk, Audit audit) {
        return new FileContext("", disk, Talk.CLOCK, Instant.now(),
                Budget.of(256 << 20, 1024), 20, Limits.NONE,
                Optional.empty(), audit, new MemoryMetrics(new Metrics()), over -> { });
    }

    /** Works on a file that is much larger than the heap. */
    static final class SmallHeap {
        public static void main(String[] args) throws IOException {
            String text = "x".repeat(100);
            Path folder = Path.of(args[0]);
            try (Talk talk = open(folder)) {
                stored(talk.memory.insert(talk.now(), text, text));
            }
            byte[] lines = Files.readAllBytes(folder.resolve(FILE_NAME));
            try (OutputStream out = Files.newOutputStream(folder.resolve(FILE_NAME))) {
                byte[] block = new byte[lines.length * 1000];
                for (int i = 0; i < block.length; i++) {
                    block[i] = lines[i % lines.length];
                }
                for (int i = 0; i < 100; i++) {
                    out.write(block);
                }
            }
            try (Talk talk = open(folder)) {
                MemoryRecord last = stored(talk.memory.insert(talk.now(), text, "the last one"));
                try (Stream<MemoryRecord> records = talk.memory.all()) {
                    System.out.print(records.count() - 2 + " records, ");
                }
                Await.until(() -> talk.memory.size().isPresent());
                System.out.println(talk.memory.byMessageId(last.messageId())
                        .equals(Optional.of(last)) ? "found" : "not found");
            }
        }
    }

    private static Object insert(Talk talk) throws IOException {
        return stored(talk.memory.insert(talk.now(), "q", "a"));
    }

    private static Receipt reset(Talk talk) throws IOException {
        return talk.memory.resetMemory(Requester.SELF);
    }

    private static Receipt receipt(long records, long bytes, long generation) {
        return new Receipt(OptionalLong.of(records), bytes, generation, Optional.empty());
    }
}
