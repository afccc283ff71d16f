package vaas.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static vaas.memory.Talk.all;
import static vaas.memory.Talk.latest;
import static vaas.memory.Talk.turns;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import vaas.config.Config;
import vaas.metrics.Metrics;
import vaas.testing.Await;

/** Memories with limits: the oldest turns go, and nothing else changes. */
@Timeout(60)
class RetentionTest {
    @TempDir
    Path folder;

    private static Config.Store store(Path folder, long maxRecords, long maxBytes, Duration age) {
        return new Config.Store(folder, 20,
                maxRecords == 0 ? OptionalLong.empty() : OptionalLong.of(maxRecords),
                maxBytes == 0 ? OptionalLong.empty() : OptionalLong.of(maxBytes),
                Optional.ofNullable(age), Optional.empty());
    }

    private static Memory open(Disk disk, long maxRecords) throws IOException {
        return Memory.open(disk, store(FaultyDisk.FOLDER, maxRecords, 0, null), Talk.CLOCK,
                new Metrics());
    }

    @Test
    void pastTheMostRecordsTheOldestTurnsGo() throws IOException {
        try (Memory memory = Memory.open(store(folder, 32, 0, null), new Metrics())) {
            for (int i = 1; i <= 100; i++) {
                Talk.say(memory, i, i);
                Await.until(() -> memory.size().orElseThrow() <= 32);
                List<String> left = all(memory);
                assertTrue(left.size() >= Math.min(2 * i, 28), "an eighth goes, not more");
                assertEquals(turns(i - left.size() / 2 + 1, i), left);
            }
            assertEquals(0, memory.generation(), "it is no reset");
        }
        try (Memory memory = Talk.open(folder)) {
            assertEquals("a100", latest(memory, 2).get(1));
            assertEquals(0, memory.damagedLines());
        }
    }

    @Test
    void pastTheMostBytesTheOldestTurnsGo() throws IOException {
        try (Memory memory = Memory.open(store(folder, 0, 5000, null), new Metrics())) {
            for (int i = 1; i <= 100; i++) {
                Talk.say(memory, i, i);
                Await.until(() -> memory.bytes() <= 5000);
            }
            assertTrue(memory.bytes() > 4000);
            assertEquals(Files.size(folder.resolve(MemoryFile.FILE_NAME)), memory.bytes());
        }
    }

    @Test
    @ExtendWith(Handles.class)
    void turnsThatAreTooOldGoAtStart() throws IOException {
        FaultyDisk disk = FaultyDisk.with(Talk.file(3));
        Clock later = Clock.offset(Talk.CLOCK, Duration.ofDays(10));
        try (Memory memory = Memory.open(disk, Config.Store.of(FaultyDisk.FOLDER, 20), later,
                new Metrics())) {
            Talk.say(memory, 4, 5);
        }
        try (Memory memory = Memory.open(disk, store(FaultyDisk.FOLDER, 0, 0,
                Duration.ofDays(5)), later, new Metrics())) {
            Await.until(() -> memory.size().orElseThrow() == 4);
            assertEquals(turns(4, 5), all(memory));
            Await.until(() -> !disk.holds("q3")); // wiped behind the chats
        }
        try (Memory memory = Memory.open(disk, store(FaultyDisk.FOLDER, 0, 0,
                Duration.ofDays(5)), Clock.offset(later, Duration.ofDays(6)), new Metrics())) {
            Await.until(() -> memory.size().orElseThrow() == 0);
            assertEquals(List.of(), latest(memory, 20), "the window forgets them too");
        }
        assertTrue(disk.holds("\"what\":\"retention\""), "each run is in the audit");
    }

    @Test
    void nothingOfTheOldFileIsLeft() throws IOException {
        try (Memory memory = Memory.open(store(folder, 8, 0, null), new Metrics())) {
            Talk.say(memory, 1, 4);
            Path held = folder.resolve("held");
            Files.createLink(held, folder.resolve(MemoryFile.FILE_NAME));
            Talk.say(memory, 5, 5);
            Await.until(() -> Files.size(held) == 0);
            assertFalse(all(memory).contains("q1"));
            assertFalse(Files.exists(folder.resolve(MemoryFile.NEW_NAME)));
        }
    }

    @Test
    void searchesAndStreamsGoOnAcrossARewrite() throws IOException {
        try (Memory memory = Memory.open(store(folder, 6000, 0, null), new Metrics())) {
            Talk.say(memory, 1, 3000);
            try (Stream<MemoryRecord> stream = memory.all()) {
                Iterator<MemoryRecord> records = stream.iterator();
                List<String> seen = new ArrayList<>();
                for (int i = 0; i < 100; i++) {
                    seen.add(records.next().content());
                }
                Talk.say(memory, 3001, 3001);
                Await.until(() -> memory.size().orElseThrow() < 6000);
                records.forEachRemaining(record -> seen.add(record.content()));
                List<String> last = turns(400, 3000);
                assertEquals(last, seen.subList(seen.size() - last.size(), seen.size()),
                        "what stayed is seen to its end, as it was when the stream was opened");
            }
            for (MemoryRecord record : memory.latest(1000)) {
                assertEquals(Optional.of(record), memory.byMessageId(record.messageId()));
            }
        }
    }

    @Test
    @ExtendWith(Handles.class)
    void aTurnThatWaitsForItsForceSurvivesARewrite() throws Exception {
        FaultyDisk disk = FaultyDisk.with(Talk.file(8));
        CountDownLatch copying = new CountDownLatch(1);
        disk.beforeSync(() -> {
            if (Thread.currentThread().getName().equals("vaas-memory-retention")) {
                copying.countDown();
            }
        });
        try (Memory memory = open(disk, 15)) {
            copying.await();
            Talk.say(memory, 9, 20); // some of them while the rewrite is under way
            Await.until(() -> memory.size().orElseThrow() <= 15);
            List<String> left = all(memory);
            assertEquals(turns(20 - left.size() / 2 + 1, 20), left);
            for (FaultyDisk cut : disk.afterPowerCut()) {
                Talk.checkUsable(cut, left);
            }
        }
    }

    @Test
    void failingAtAnyDiskCallOfARewriteLosesNothing() throws IOException {
        for (boolean forGood : new boolean[] {false, true}) {
            boolean failed = true;
            for (int at = 1; failed; at++) {
                FaultyDisk disk = FaultyDisk.with(Talk.file(8));
                MemoryFile file = MemoryFile.open(disk, FaultyDisk.FOLDER);
                SparseIndex index = new SparseIndex("file", file.end());
                while (index.step(Turns.open(disk))) {
                    // counts all
                }
                View view = new View(0, 0, 0, file.end(), Window.empty(20), index);
                Journal journal = Turns.journal(file, null, view, Talk.CLOCK);
                Cut cut = Cut.find(Turns.open(disk), file.end(), 16, new Cut.Target(
                        6, Long.MAX_VALUE, Instant.MIN));
                int failing = at;
                disk.failWhen((call, count) -> forGood ? count >= failing : count == failing);
                boolean done = false;
                try {
                    done = new Replacing(journal, file).rewrite(view, cut, () -> true);
                } catch (IOException e) {
                    // and then?
                }
                failed = disk.hasFailed();
                disk.heal();
                for (FaultyDisk left : disk.afterPowerCut()) {
                    try (Memory memory = Talk.open(left)) {
                        List<String> found = all(memory);
                        assertTrue(found.equals(turns(6, 8)) || !done && found.equals(turns(1, 8)),
                                "after failing at " + at + " there is " + found);
                        assertEquals(0, memory.damagedLines());
                    }
                }
                disk.kill();
            }
        }
    }

    @Test
    @ExtendWith(Handles.class)
    void aResetDoesNotWaitForARewriteToEnd() throws Exception {
        FaultyDisk disk = FaultyDisk.with(Talk.file(2000));
        CountDownLatch goOn = new CountDownLatch(1);
        CountDownLatch copying = new CountDownLatch(1);
        disk.beforeSync(() -> {
            if (Thread.currentThread().getName().equals("vaas-memory-retention")) {
                copying.countDown();
                Await.latch(goOn);
            }
        });
        try (Memory memory = open(disk, 3000)) {
            copying.await();
            Thread reset = new Thread(() -> {
                try {
                    memory.resetMemory();
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            });
            reset.start();
            Await.waiting(reset);
            goOn.countDown();
            reset.join();
            assertEquals(List.of(), all(memory));
            assertFalse(disk.holds("q1999"), "not in the copy either");
            Talk.say(memory, 1, 1);
            assertEquals(turns(1, 1), all(memory));
        }
    }
}
