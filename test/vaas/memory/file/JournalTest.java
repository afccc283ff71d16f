package vaas.memory.file;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import vaas.testing.Await;

@Timeout(60)
class JournalTest {
    private static final long FREE_BYTES_MIN = 1000;

    private final FaultyDisk disk = new FaultyDisk();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final CountDownLatch forcing = new CountDownLatch(1);
    private final CountDownLatch goOn = new CountDownLatch(1);
    private MemoryFile file;

    private Journal open(UUID lastId, Clock clock) throws IOException {
        file = MemoryFile.open(disk, FaultyDisk.FOLDER);
        disk.countAnew();
        return Turns.journal(file, lastId, Turns.view(file.end(), 20), clock);
    }

    private static String newest(Journal journal) {
        List<MemoryRecord> records = journal.view().window().records();
        return records.get(records.size() - 1).content();
    }

    private static long durableEnd(Journal journal) throws IOException {
        Journal.Reading reading = journal.read();
        reading.reader().close();
        return reading.view().end();
    }

    private void holdUpForces() {
        disk.beforeSync(() -> {
            forcing.countDown();
            Await.latch(goOn);
        });
    }

    @AfterEach
    void stop() {
        goOn.countDown();
        threads.shutdownNow();
    }

    @Test
    void timesFollowTheClockWhileIdsOnlyRise() throws IOException {
        Deque<Instant> times = new ArrayDeque<>();
        times.add(Turns.WHEN.plusNanos(999_999));
        times.add(Turns.WHEN.minus(Duration.ofDays(1)));
        times.add(Turns.WHEN.plusMillis(5));
        List<Instant> expected = List.of(
                Turns.WHEN, Turns.WHEN.minus(Duration.ofDays(1)), Turns.WHEN.plusMillis(5));
        Journal journal = open(null, new Scripted(times));
        UUID last = new UUID(0, 0);
        for (Instant time : expected) {
            MemoryRecord answer = journal.insert(0, "q", "a").orElseThrow();
            assertEquals(time, answer.timestamp());
            assertTrue(answer.messageId().compareTo(last) > 0);
            last = answer.messageId();
        }
        journal.close();
    }

    @Test
    void idsGoOnAfterTheNewestInTheFile() throws IOException {
        UUID ahead = Turns.id(Turns.WHEN.toEpochMilli() + 1_000_000);
        try (Journal journal = open(ahead, Talk.CLOCK)) {
            UUID next = journal.insert(0, "q", "a").orElseThrow().messageId();
            assertTrue(next.compareTo(ahead) > 0);
        }
    }

    @Test
    void aTurnOfAnotherGenerationTouchesNoDisk() throws IOException {
        try (Journal journal = open(null, Talk.CLOCK)) {
            assertEquals(Optional.empty(), journal.insert(1, "q", "a"));
            assertEquals(Optional.empty(), journal.insert(-1, "q", "a"));
            assertEquals(List.of(), disk.calls);
        }
    }

    @Test
    void allWhoShareAForceHearThatItFailed() throws Exception {
        Journal journal = open(null, Talk.CLOCK);
        journal.insert(0, "q1", "a1");
        byte[] acknowledged = disk.content();
        holdUpForces();
        disk.failWhen((call, count) -> call.equals("sync"));
        Future<?> first = threads.submit(() -> journal.insert(0, "q2", "a2"));
        forcing.await();
        Future<?> second = threads.submit(() -> journal.insert(0, "q3", "a3"));
        disk.awaitWrites(2);
        goOn.countDown();
        for (Future<?> turn : List.of(first, second)) {
            Throwable failure = assertThrows(ExecutionException.class, turn::get).getCause();
            assertEquals(MemoryUnavailableException.class, failure.getClass());
        }
        assertEquals("a1", newest(journal));
        assertArrayEquals(acknowledged, disk.content(), "what nobody was promised is cut off");
        assertFalse(journal.isWritable(0));
        journal.close();
    }

    @Test
    void closingForcesTheTurnsThatWait() throws Exception {
        Journal journal = open(null, Talk.CLOCK);
        holdUpForces();
        Future<Optional<MemoryRecord>> first = threads.submit(() -> journal.insert(0, "q1", "a1"));
        forcing.await();
        Future<Optional<MemoryRecord>> second = threads.submit(() -> journal.insert(0, "q2", "a2"));
        disk.awaitWrites(2);
        Thread closing = new Thread(() -> {
            try {
                journal.close();
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
        closing.start();
        Await.waiting(closing);
        goOn.countDown();
        assertTrue(first.get().isPresent());
        assertTrue(second.get().isPresent());
        closing.join();
        assertEquals(4, Tail.wholeTurns(Turns.open(disk.onlyWhatIsSynced()),
                disk.content().length, 20, 1 << 20).list().size() * 2);
        assertEquals("close", disk.calls.get(disk.calls.size() - 1));
    }

    @Test
    void closedItTakesNothingAndReadsNothing() throws IOException {
        Journal journal = open(null, Talk.CLOCK);
        journal.insert(0, "q1", "a1");
        assertTrue(journal.isWritable(FREE_BYTES_MIN));
        journal.close();
        int calls = disk.calls.size();
        journal.close();
        assertFalse(journal.isWritable(FREE_BYTES_MIN));
        assertThrows(MemoryUnavailableException.class, () -> journal.insert(0, "q", "a"));
        assertThrows(MemoryUnavailableException.class,
                () -> new Replacing(journal, file).reset(Optional.empty()));
        assertThrows(MemoryUnavailableException.class, journal::read);
        assertEquals(calls, disk.calls.size());
        assertEquals("a1", newest(journal), "what was shown before still is");
    }

    @Test
    void afterAFailedWriteFreeSpaceDecidesWhetherItIsWritable() throws IOException {
        try (Journal journal = open(null, Talk.CLOCK)) {
            disk.usableBytes = 0;
            assertTrue(journal.isWritable(FREE_BYTES_MIN), "no write has failed yet");
            disk.failWhen((call, count) -> call.equals("write"));
            assertThrows(IOException.class, () -> journal.insert(0, "q", "a"));
            disk.heal();
            disk.usableBytes = FREE_BYTES_MIN - 1;
            assertFalse(journal.isWritable(FREE_BYTES_MIN));
            disk.usableBytes = FREE_BYTES_MIN;
            assertTrue(journal.isWritable(FREE_BYTES_MIN));
            disk.usableBytes = 0;
            journal.insert(0, "q", "a");
            assertTrue(journal.isWritable(FREE_BYTES_MIN), "a write has succeeded since");
        }
    }

    @Test
    void aReaderSeesTheDurablePartOfTheFileOnly() throws Exception {
        Journal journal = open(null, Talk.CLOCK);
        journal.insert(0, "q1", "a1");
        long durable = disk.content().length;
        holdUpForces();
        Future<?> turn = threads.submit(() -> journal.insert(0, "q2", "a2"));
        forcing.await();
        assertTrue(disk.content().length > durable);
        assertEquals(durable, durableEnd(journal));
        goOn.countDown();
        turn.get();
        assertEquals(disk.content().length, durableEnd(journal));
        journal.close();
    }

    /** A clock that shows one time after the other. */
    private static final class Scripted extends Clock {
        private final Deque<Instant> times;

        Scripted(Deque<Instant> times) {
            this.times = times;
        }

        @Override
        public Instant instant() {
            return times.remove();
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
}
