package vaas.memory.file;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static vaas.testing.Talk.stored;
import static vaas.testing.Talk.turns;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import vaas.budget.Budget;
import vaas.budget.OverBudgetException;
import vaas.disk.Failing;
import vaas.disk.FaultyDisk;
import vaas.disk.Handles;
import vaas.memory.Insertion;
import vaas.memory.MemoryRecord;
import vaas.memory.MemoryUnavailableException;
import vaas.memory.Page;
import vaas.memory.Requester;
import vaas.memory.folder.MemoryFolder;
import vaas.memory.line.MessageIds;
import vaas.testing.Await;
import vaas.testing.Talk;

/** What a memory in a file does that is no promise of every memory. */
@Timeout(300)
@ExtendWith(Handles.class)
class FileMemoryTest {
    private final FaultyDisk disk = new FaultyDisk();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final CountDownLatch syncing = new CountDownLatch(1);
    private final CountDownLatch goOn = new CountDownLatch(1);

    @AfterEach
    void stop() {
        goOn.countDown();
        threads.shutdownNow();
    }

    /** Holds up the next sync of the memory's file, and says when it has come. */
    private void holdUpSync() {
        disk.countAnew();
        disk.beforeSync(() -> {
            syncing.countDown();
            Await.latch(goOn);
        });
    }

    private Future<MemoryRecord> say(Talk talk, int turn) {
        return threads.submit(() -> stored(
                talk.memory.insert(talk.now(), "q" + turn, "a" + turn)));
    }

    private static String text(FaultyDisk left) {
        return new String(left.content(), StandardCharsets.UTF_8);
    }

    // Appending

    @Test
    void timesFollowTheClockWhileIdsOnlyRise() throws IOException {
        List<Instant> expected = List.of(Turns.WHEN, Turns.WHEN.minus(Duration.ofDays(1)),
                Turns.WHEN.plusMillis(5));
        UUID last = new UUID(0, 0);
        for (Instant time : expected) {
            Clock clock = Clock.fixed(time.plusNanos(999_999), ZoneOffset.UTC);
            try (Talk talk = Talk.open(MemoryFolder.at(FaultyDisk.FOLDER).disk(disk).clock(
                    clock))) {
                MemoryRecord answer = stored(talk.memory.insert(talk.now(), "q", "a"));
                assertEquals(time, answer.timestamp());
                assertTrue(MessageIds.compare(answer.messageId(), last) > 0);
                last = answer.messageId();
            }
        }
    }

    @Test
    void aClockThatIsFarOffIsRefusedAndNothingIsLost() throws IOException {
        Shown clock = new Shown();
        try (Talk talk = Talk.open(MemoryFolder.at(FaultyDisk.FOLDER).disk(disk).clock(clock))) {
            talk.say(1, 1);
            for (String far : List.of("4300-01-01T00:00:00Z", "+12000-01-01T00:00:00Z",
                    "1969-12-31T00:00:00Z", "-0005-01-01T00:00:00Z")) {
                clock.now = Instant.parse(far);
                assertThrows(IOException.class, () -> talk.say(2, 2));
                assertTrue(talk.memory.isWritable(), "it is not the disk that refuses");
            }
            clock.now = null; // broken: whoever asks it fails
            assertThrows(NullPointerException.class, () -> talk.say(2, 2));
            clock.now = Turns.WHEN;
            talk.say(3, 3);
        }
        Talk.checkUsable(disk, Stream.of(turns(1, 1), turns(3, 3)).flatMap(List::stream).toList());
    }

    /** A clock that is set. */
    private static final class Shown extends Clock {
        Instant now = Turns.WHEN;

        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            throw new AssertionError("not asked for");
        }
    }

    @Test
    void whatAFailedAppendCouldNotCutOffIsCutBeforeTheNext() throws IOException {
        try (Talk talk = Talk.open(disk)) {
            talk.say(1, 1);
            byte[] one = disk.content();
            disk.failWhen((call, count) -> call.equals("write") || call.equals("truncate"));
            IOException both = assertThrows(IOException.class, () -> talk.say(2, 2));
            assertEquals("no luck with write", both.getMessage());
            assertEquals("no luck with truncate", both.getSuppressed()[0].getMessage());
            assertTrue(disk.content().length > one.length);
            disk.failWhen((call, count) -> call.equals("truncate"));
            assertThrows(IOException.class, () -> talk.say(2, 2));
            assertFalse(disk.calls.contains("write"), "nothing is written behind half a turn");
            disk.heal();
            talk.say(3, 3);
            assertEquals(Stream.of(turns(1, 1), turns(3, 3)).flatMap(List::stream).toList(),
                    talk.all());
        }
    }

    @Test
    void allWhoShareASyncHearThatItFailed() throws Exception {
        try (Talk talk = Talk.open(disk)) {
            talk.say(1, 1);
            byte[] acknowledged = disk.content();
            holdUpSync();
            disk.failWhen((call, count) -> call.equals("sync"));
            Future<?> first = say(talk, 2);
            syncing.await();
            Future<?> second = say(talk, 3);
            Await.waitingIn(1, "Journal.beginCommit");
            goOn.countDown();
            for (Future<?> turn : List.of(first, second)) {
                Throwable failure = assertThrows(ExecutionException.class, turn::get).getCause();
                assertEquals(MemoryUnavailableException.class, failure.getClass());
            }
            assertEquals(turns(1, 1), talk.latest(20));
            assertArrayEquals(acknowledged, disk.content(), "what nobody was promised is cut off");
        }
    }

    /** Stores a turn, then two in one batch, whose writes fail so. */
    private List<Future<?>> twoBehindOne(Talk talk, FaultyDisk.Fault fault) throws Exception {
        holdUpSync();
        Future<?> first = say(talk, 1);
        syncing.await();
        disk.failWhen(fault);
        Future<?> second = say(talk, 2);
        Await.waitingIn(1, "Journal.beginCommit");
        Future<?> third = say(talk, 3);
        Await.waitingIn(1, "Batch.await");
        goOn.countDown();
        first.get();
        return List.of(second, third);
    }

    @Test
    void ofTurnsThatAreWrittenAtOnceEachIsTriedByItselfWhereThereIsNoRoomForAll()
            throws Exception {
        try (Talk talk = Talk.open(disk)) {
            AtomicInteger writes = new AtomicInteger();
            List<Future<?>> two = twoBehindOne(talk, (call, count) ->
                    call.equals("write") && writes.incrementAndGet() <= 2); // of both, of the next
            assertEquals(IOException.class, assertThrows(
                    ExecutionException.class, two.get(0)::get).getCause().getClass());
            two.get(1).get();
            assertEquals(3, writes.get());
            assertEquals(Stream.of(turns(1, 1), turns(3, 3)).flatMap(List::stream).toList(),
                    talk.all());
            talk.say(4, 4);
        }
    }

    @Test
    void ofTurnsThatCouldNotBeCutOffAgainNoneIsLeftByTheEnd() throws Exception {
        try (Talk talk = Talk.open(disk)) {
            for (Future<?> turn : twoBehindOne(talk,
                    (call, count) -> call.equals("write") || call.equals("truncate"))) {
                assertEquals(MemoryUnavailableException.class, assertThrows(
                        ExecutionException.class, turn::get).getCause().getClass());
            }
            assertFalse(talk.memory.isWritable());
            disk.heal();
        }
        assertEquals(2, text(disk).lines().count());
    }

    // A turn that came between the failed sync and the cut used to be acknowledged and cut off.
    @Test
    void ofManyWhoStoreWhileSyncsFailWhatIsAcknowledgedIsThere() throws Exception {
        for (int round = 0; round < 50; round++) {
            FaultyDisk other = new FaultyDisk();
            List<String> acknowledged = new ArrayList<>();
            try (Talk talk = Talk.open(other)) {
                talk.say(1, 1);
                other.failWhen((call, count) -> call.equals("sync"));
                List<Future<Boolean>> turns = new ArrayList<>();
                for (int i = 2; i < 8; i++) {
                    int turn = i;
                    turns.add(threads.submit(() -> {
                        try {
                            talk.say(turn, turn);
                            return true;
                        } catch (MemoryUnavailableException e) {
                            other.heal(); // what comes now would get to the disk
                            return false;
                        }
                    }));
                }
                acknowledged.addAll(turns(1, 1));
                for (int i = 0; i < turns.size(); i++) {
                    acknowledged.addAll(turns.get(i).get() ? turns(i + 2, i + 2) : List.of());
                }
            }
            try (Talk talk = Talk.open(other)) {
                assertTrue(talk.all().containsAll(acknowledged), acknowledged + " " + talk.all());
            }
        }
    }

    @Test
    void aReaderSeesTheDurablePartOfTheFileOnly() throws Exception {
        try (Talk talk = Talk.open(disk)) {
            talk.say(1, 1);
            long durable = disk.content().length;
            holdUpSync();
            Future<?> turn = say(talk, 2);
            syncing.await();
            assertTrue(disk.content().length > durable);
            assertEquals(durable, talk.memory.bytes());
            assertEquals(turns(1, 1), talk.all());
            UUID behind = Turns.id((1L << 46) - 1);
            assertEquals(turns(1, 1), Talk.texts(talk.memory.before(behind, 9).records()));
            goOn.countDown();
            turn.get();
            assertEquals(disk.content().length, talk.memory.bytes());
            assertEquals(turns(1, 2), talk.all());
        }
    }

    @Test
    void aKeyThatIsLookedUpBeforeItsTurnIsDurableWaitsForIt() throws Exception {
        try (Talk talk = Talk.open(disk)) {
            assertEquals(Optional.empty(), talk.memory.byKey("key"));
            holdUpSync();
            Future<Insertion> first = threads.submit(
                    () -> talk.memory.insert(talk.now(), "q1", "a1", "key"));
            syncing.await();
            Future<Insertion> second = threads.submit(
                    () -> talk.memory.insert(talk.now(), "q2", "a2", "key"));
            goOn.countDown();
            MemoryRecord answer = stored(first.get());
            assertEquals(answer, ((Insertion.Present) second.get()).turn().answer());
            assertEquals(turns(1, 1), talk.all());
        }
    }

    @Test
    void aKeyWhoseTurnCouldNotBeSyncedIsNotKept() throws IOException {
        try (Talk talk = Talk.open(disk)) {
            disk.failWhen((call, count) -> call.equals("sync"));
            assertThrows(MemoryUnavailableException.class,
                    () -> talk.memory.insert(talk.now(), "q1", "a1", "key"));
            disk.heal();
            assertEquals(Optional.empty(), talk.memory.byKey("key"));
            talk.memory.resetMemory(Requester.SELF);
            stored(talk.memory.insert(talk.now(), "q1", "a1", "key"));
        }
    }

    // Closing

    @Test
    void closingSyncsTheTurnsThatWait() throws Exception {
        Talk talk = Talk.open(disk);
        holdUpSync();
        Future<?> first = say(talk, 1);
        syncing.await();
        Future<?> second = say(talk, 2);
        Await.waitingIn(1, "Journal.beginCommit");
        Thread closing = new Thread(() -> {
            try {
                talk.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        closing.start();
        Await.waiting(closing);
        goOn.countDown();
        assertNotNull(first.get());
        assertNotNull(second.get());
        closing.join();
        assertEquals(4, text(disk.onlyWhatIsSynced()).lines().count());
    }

    @Test
    void closedItTouchesTheFolderNoMore() throws IOException {
        Talk talk = Talk.open(disk);
        talk.say(1, 1);
        talk.close();
        disk.countAnew();
        talk.close();
        assertFalse(talk.memory.isWritable());
        assertThrows(MemoryUnavailableException.class,
                () -> talk.memory.resetMemory(Requester.SELF));
        assertThrows(MemoryUnavailableException.class, () -> talk.memory.trim(() -> true));
        assertThrows(MemoryUnavailableException.class, () -> talk.memory.byKey("key"));
        assertEquals(List.of(), disk.calls, "it may be another owner's by now");
    }

    @Test
    void afterAFailedWriteFreeSpaceDecidesWhetherItIsWritable() throws IOException {
        try (Talk talk = Talk.open(disk)) {
            disk.usableBytes = 0;
            assertTrue(talk.memory.isWritable(), "no write has failed yet");
            disk.failWhen((call, count) -> call.equals("write"));
            assertThrows(IOException.class, () -> talk.say(1, 1));
            disk.heal();
            disk.usableBytes = (1 << 20) - 1;
            assertFalse(talk.memory.isWritable());
            disk.usableBytes = 1 << 20;
            assertTrue(talk.memory.isWritable());
            disk.usableBytes = 0;
            talk.say(1, 1);
            assertTrue(talk.memory.isWritable(), "a write has succeeded since");
        }
    }

    @Test
    void theNewFileOfAResetIsSyncedBeforeItTakesThePlaceOfTheOldOne() throws IOException {
        try (Talk talk = Talk.open(disk)) {
            talk.say(1, 1);
            disk.countAnew();
            talk.memory.resetMemory(Requester.SELF);
            int move = disk.calls.indexOf("move");
            assertTrue(disk.calls.subList(0, move).contains("sync"));
            assertTrue(disk.calls.subList(move, disk.calls.size()).contains("syncFolder"));
        }
    }

    // Streams

    @Test
    void aStreamReadsAsItGoesOnAndItsDamageIsSkipped() throws IOException {
        String file = "\n{}\n" + Turns.text(1, 1) + "damaged\n" + Turns.text(2, 20_000) + "[1]\n";
        FaultyDisk large = FaultyDisk.with(Turns.utf8(file));
        try (Talk talk = Talk.open(MemoryFolder.at(FaultyDisk.FOLDER).disk(large))) {
            Await.until(() -> talk.memory.size().isPresent());
            large.bytesRead = 0;
            try (Stream<MemoryRecord> records = talk.memory.all()) {
                assertEquals(0, large.bytesRead);
                assertEquals("q2", records.skip(2).findFirst().orElseThrow().content());
            }
            assertTrue(large.bytesRead <= 64 << 10, large.bytesRead + " bytes");
            assertEquals(turns(1, 20_000), talk.all());
            assertEquals(3, talk.memory.damagedLines());
            assertEquals(40_000, talk.memory.size().orElseThrow());
        }
    }

    @Test
    void failuresOfTheDiskAreUncheckedAndKeepTheirCause() throws IOException {
        try (Talk talk = Talk.open(disk)) {
            talk.say(1, 1);
            Stream<MemoryRecord> records = talk.memory.all();
            disk.failWhen((call, count) -> call.equals("read") || call.equals("close"));
            assertEquals("no luck with read", assertThrows(UncheckedIOException.class,
                    records::count).getCause().getMessage());
            assertEquals("no luck with close", assertThrows(UncheckedIOException.class,
                    records::close).getCause().getMessage());
            disk.heal();
        }
    }

    // Files that were joined by hand

    @Test
    void whereIdsFallAPromptIsWholeAndAPageHoldsNothingFromBehind() throws IOException {
        for (boolean large : new boolean[] {false, true}) {
            int turns = large ? 1000 : 50;
            FaultyDisk joined = FaultyDisk.with(Turns.utf8(
                    Turns.text(turns + 1, 2 * turns) + Turns.text(1, turns)));
            try (Talk talk = Talk.open(MemoryFolder.at(FaultyDisk.FOLDER).disk(joined))) {
                assertEquals(turns(turns - 9, turns), talk.latest(20));
                for (int named : new int[] {turns, turns / 2, turns + 5, 2 * turns}) {
                    Page page = talk.memory.before(Turns.id(2L * named), 2 * turns);
                    List<String> before = named > turns ? turns(turns + 1, named - 1)
                            : Stream.of(turns(turns + 1, 2 * turns), turns(1, named - 1))
                                    .flatMap(List::stream).toList();
                    assertEquals(before.subList(Math.max(0, before.size() - 2 * turns),
                            before.size()), Talk.texts(page.records()), "before turn " + named);
                }
                talk.say(2 * turns + 1, 2 * turns + 1);
                assertEquals(turns(2 * turns + 1, 2 * turns + 1), talk.latest(2));
            }
        }
    }

    // The budget

    private Talk open(Budget budget) throws IOException {
        return Talk.open(MemoryFolder.at(FaultyDisk.FOLDER).disk(disk).budget(budget));
    }

    @Test
    void theWindowIsGivenUpWhenOthersNeedRoomAndReadAgain() throws IOException {
        Budget budget = Budget.of(16 << 20, 1024); // four megabytes, three of them for large ones
        String text = "x".repeat(100_000);
        try (Talk talk = open(budget)) {
            for (int i = 0; i < 5; i++) {
                stored(talk.memory.insert(talk.now(), text, "a" + i));
            }
            long window = budget.used();
            assertEquals(5 * (100_002 + 4), window);
            List<String> latest = talk.latest(20);
            try (Budget.Share other = budget.share()) {
                other.take((3 << 20) - 1000);
                assertEquals((3 << 20) - 1000, budget.used(), "there is nothing left to give up");
                other.count(1 << 20);
                assertThrows(OverBudgetException.class, () -> talk.latest(20));
                assertEquals(List.of(), talk.latest(0));
                stored(talk.memory.insert(talk.now(), "q5", "a5"));
                assertEquals(List.of("q5", "a5"), talk.latest(2));
            }
            disk.bytesRead = 0;
            assertEquals(12, talk.latest(20).size());
            assertEquals(latest, talk.latest(20).subList(0, 10));
            assertTrue(disk.bytesRead > 500_000, "it was read from the file");
            disk.bytesRead = 0;
            talk.latest(20);
            assertEquals(0, disk.bytesRead, "and is held again");
            assertEquals(window + 8, budget.used());
            talk.memory.resetMemory(Requester.SELF);
            assertEquals(0, budget.used());
        }
    }

    @Test
    void whatHistoriesShareWithTheWindowCountsOnce() throws IOException {
        Budget budget = Budget.of(16 << 20, 1024);
        String text = "x".repeat(100_000);
        List<Budget.Share> chats = new ArrayList<>();
        try (Talk talk = open(budget)) {
            for (int i = 0; i < 5; i++) {
                stored(talk.memory.insert(talk.now(), text, text));
            }
            for (int i = 0; i < 300; i++) {
                Budget.Share chat = budget.share();
                for (MemoryRecord record : talk.memory.latest(20).records()) {
                    chat.hold(record.json(), record.json().length());
                }
                chats.add(chat);
            }
            assertEquals(10 * 100_002, budget.used());
            talk.memory.resetMemory(Requester.SELF);
            assertEquals(10 * 100_002, budget.used(), "the chats hold it still");
            chats.forEach(Budget.Share::close);
            assertEquals(0, budget.used());
        }
    }

    @Test
    void aMemoryThatIsClosedOrCouldNotBeOpenedHoldsNothing() throws IOException {
        Budget budget = Budget.of(16 << 20, 1024);
        try (Talk talk = open(budget)) {
            talk.say(1, 5);
            assertTrue(budget.used() > 0);
        }
        assertEquals(0, budget.used());
        Failing.once(failing -> {
            disk.failWhen(failing);
            Failing.succeeds(() -> open(budget).close()); // at the end only
            disk.heal();
            assertEquals(0, budget.used(), failing.toString());
        });
    }

    @Test
    void whatCouldNotBeReadAgainIsNotStored() throws IOException {
        try (Talk talk = open(Budget.of(16 << 20, 1024))) {
            talk.say(1, 1);
            String text = "x".repeat(1 << 20);
            OverBudgetException refused = assertThrows(OverBudgetException.class,
                    () -> talk.memory.insert(talk.now(), text, "a"));
            assertTrue(refused.isForGood());
            assertEquals(turns(1, 1), talk.all());
        }
    }
}
