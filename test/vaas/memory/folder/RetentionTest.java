package vaas.memory.folder;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static vaas.testing.Talk.turns;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import vaas.disk.FaultyDisk;
import vaas.disk.FileDisk;
import vaas.disk.Handles;
import vaas.memory.MemoryRecord;
import vaas.memory.Requester;
import vaas.testing.Talk;

/** Folders with limits: the oldest turns go behind the chats, and nothing else changes. */
@Timeout(60)
@ExtendWith(Handles.class)
class RetentionTest {
    @TempDir
    Path folder;

    private static Talk open(FaultyDisk disk, long maxRecords) throws IOException {
        return Talk.open(MemoryFolder.at(FaultyDisk.FOLDER).disk(disk).clock(Talk.CLOCK)
                .maxRecords(maxRecords));
    }

    private static long size(Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path secondName() throws IOException {
        return Files.createLink(folder.resolve("held"),
                folder.resolve(MemoryFolder.SHARED_FILE));
    }

    @Test
    void pastTheMostRecordsTheOldestTurnsGo() throws IOException {
        try (Talk talk = Talk.open(MemoryFolder.at(folder).maxRecords(32))) {
            for (int i = 1; i <= 100; i++) {
                talk.say(i, i);
                Waiting.until(() -> talk.memory.size().orElseThrow() <= 32);
                List<String> left = talk.all();
                assertTrue(left.size() >= Math.min(2 * i, 28), "an eighth goes, not more");
                assertEquals(turns(i - left.size() / 2 + 1, i), left);
            }
            assertEquals(0, talk.now().generation(), "it is no reset");
        }
        try (Talk talk = Talk.open(folder)) {
            assertEquals("a100", talk.latest(2).get(1));
            assertEquals(0, talk.memory.damagedLines());
        }
    }

    @Test
    void pastTheMostBytesTheOldestTurnsGo() throws IOException {
        try (Talk talk = Talk.open(MemoryFolder.at(folder).maxBytes(5000))) {
            for (int i = 1; i <= 100; i++) {
                talk.say(i, i);
                Waiting.until(() -> talk.memory.bytes() <= 5000);
            }
            assertTrue(talk.memory.bytes() > 4000);
            assertEquals(size(folder.resolve(MemoryFolder.SHARED_FILE)), talk.memory.bytes());
        }
    }

    @Test
    void turnsThatAreTooOldGoAtStart() throws IOException {
        FaultyDisk disk = FaultyDisk.with(Talk.file(3));
        MemoryFolder.Options options = MemoryFolder.at(FaultyDisk.FOLDER).disk(disk);
        Clock later = Clock.offset(Talk.CLOCK, Duration.ofDays(10));
        try (Talk talk = Talk.open(options.clock(later))) {
            talk.say(4, 5);
        }
        options.maxAge(Duration.ofDays(5));
        try (Talk talk = Talk.open(options)) {
            Waiting.until(() -> talk.memory.size().orElseThrow() == 4);
            assertEquals(turns(4, 5), talk.all());
            Waiting.until(() -> !disk.holds("q3")); // wiped behind the chats
        }
        try (Talk talk = Talk.open(options.clock(Clock.offset(later, Duration.ofDays(6))))) {
            Waiting.until(() -> talk.memory.size().orElseThrow() == 0);
            assertEquals(List.of(), talk.latest(20), "the window forgets them too");
        }
        assertTrue(disk.holds("\"what\":\"retention\""), "each run is in the audit");
    }

    @Test
    void nothingOfTheOldFileIsLeft() throws IOException {
        try (Talk talk = Talk.open(MemoryFolder.at(folder).maxRecords(8))) {
            talk.say(1, 4);
            Path held = secondName();
            talk.say(5, 5);
            Waiting.until(() -> size(held) == 0);
            assertFalse(talk.all().contains("q1"));
            assertFalse(Files.exists(folder.resolve(MemoryFolder.SHARED_FILE + ".new")));
        }
    }

    @Test
    void aStreamIsLeftTheOldFileWhichIsWipedBehindIt() throws IOException {
        try (Limited limited = Limited.open(new FileDisk(), folder, Limited.records(6))) {
            Talk.say(limited.memory, 1, 1000);
            Path held = secondName();
            try (Stream<MemoryRecord> stream = limited.memory.all()) {
                Iterator<MemoryRecord> records = stream.iterator();
                List<String> seen = new ArrayList<>(List.of(records.next().content()));
                limited.trim();
                assertEquals(turns(998, 1000), Talk.all(limited.memory));
                Talk.say(limited.memory, 1001, 1001);
                records.forEachRemaining(it -> seen.add(it.content()));
                assertEquals(turns(1, 1000), seen, "as it was when the stream was opened");
                assertTrue(size(held) > 0, "it is still read");
            }
            assertEquals(0, size(held));
        }
    }

    @Test
    void aResetWipesAtOnceWhatAStreamIsStillLeft() throws IOException {
        try (Limited limited = Limited.open(new FileDisk(), folder, Limited.records(6))) {
            Talk.say(limited.memory, 1, 1000);
            Path held = secondName();
            try (Stream<MemoryRecord> stream = limited.memory.all()) {
                Iterator<MemoryRecord> records = stream.iterator();
                records.next();
                limited.trim();
                limited.memory.resetMemory(Requester.SELF);
                assertEquals(0, size(held));
                assertFalse(records.hasNext(), "the stream ends");
            }
        }
    }

    @Test
    void whoStreamsWhileLimitsCutSeesNeitherHalfTurnsNorGaps() throws Exception {
        try (Talk talk = Talk.open(MemoryFolder.at(folder).maxRecords(32))) {
            FutureTask<Integer> talking = new FutureTask<>(() -> {
                talk.say(1, 500);
                return 500;
            });
            new Thread(talking).start();
            while (!talking.isDone()) {
                List<String> seen = talk.all();
                int last = seen.isEmpty() ? 0
                        : Integer.parseInt(seen.get(seen.size() - 1).substring(1));
                assertEquals(turns(last - seen.size() / 2 + 1, last), seen);
            }
            assertEquals(500, talking.get());
        }
    }

    @Test
    void searchesByIdGoOnAcrossARewrite() throws IOException {
        try (Talk talk = Talk.open(MemoryFolder.at(folder).maxRecords(6000))) {
            talk.say(1, 3001);
            Waiting.until(() -> talk.memory.size().orElseThrow() < 6000);
            for (MemoryRecord record : talk.memory.latest(1000).records()) {
                assertEquals(Optional.of(record.content()), talk.memory.byMessageId(
                        record.messageId()).map(MemoryRecord::content));
            }
        }
    }

    @Test
    void aTurnThatWaitsForItsSyncSurvivesARewrite() throws Exception {
        FaultyDisk disk = FaultyDisk.with(Talk.file(8));
        CountDownLatch copying = new CountDownLatch(1);
        disk.beforeSync(() -> {
            if (Waiting.isSweeping()) {
                copying.countDown();
            }
        });
        try (Talk talk = open(disk, 15)) {
            copying.await();
            talk.say(9, 20); // some of them while the rewrite is under way
            Waiting.until(() -> talk.memory.size().orElseThrow() <= 15);
            List<String> left = talk.all();
            assertEquals(turns(20 - left.size() / 2 + 1, 20), left);
            for (FaultyDisk cut : disk.afterPowerCut()) {
                Talk.checkUsable(cut, left);
            }
        }
    }

    @Test
    void aResetDoesNotWaitForARewriteToEnd() throws Exception {
        FaultyDisk disk = FaultyDisk.with(Talk.file(2000));
        CountDownLatch goOn = new CountDownLatch(1);
        CountDownLatch copying = new CountDownLatch(1);
        disk.beforeSync(() -> {
            if (Waiting.isSweeping()) {
                copying.countDown();
                try {
                    goOn.await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            }
        });
        try (Talk talk = open(disk, 3000)) {
            copying.await();
            FutureTask<Object> reset = new FutureTask<>(
                    () -> talk.memory.resetMemory(Requester.SELF));
            Thread resetting = new Thread(reset);
            resetting.start();
            Waiting.untilHeldUp(resetting);
            goOn.countDown();
            reset.get();
            assertEquals(List.of(), talk.all());
            assertFalse(disk.holds("q1999"), "not in the copy either");
            talk.say(1, 1);
            assertEquals(turns(1, 1), talk.all());
        }
    }
}
