package vaas.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import vaas.config.Config;
import vaas.metrics.Metrics;
import vaas.testing.Await;

/** What a memory counts, as the text of its metrics tells it. */
@ExtendWith(Handles.class)
class MemoryMetricsTest {
    private final Metrics metrics = new Metrics();

    private Memory open(FaultyDisk disk) throws IOException {
        return Memory.open(disk, Config.Store.of(FaultyDisk.FOLDER, 20), Talk.CLOCK, metrics);
    }

    /** The values of samples without labels. */
    private List<String> values(String... names) {
        List<String> lines = metrics.text().lines().toList();
        return Arrays.stream(names).map(name -> lines.stream()
                .filter(line -> line.startsWith("vaas_memory_" + name + " "))
                .map(line -> line.substring(line.indexOf(' ') + 1))
                .findFirst().orElse("none")).toList();
    }

    @Test
    void aTurnIsAnAppendALockWaitAndAForce() throws IOException {
        try (Memory memory = open(new FaultyDisk())) {
            String[] names = {"append_seconds_count", "lock_wait_seconds_count",
                "force_seconds_count"};
            assertEquals(List.of("0", "0", "0"), values(names));
            Talk.say(memory, 1, 3);
            assertEquals(List.of("3", "3", "3"), values(names));
            assertEquals(List.of("6", Long.toString(memory.bytes()), "0"),
                    values("records", "bytes", "damaged_lines"));
        }
    }

    @Test
    void aResetIsTimedAFailedOneToo() throws IOException {
        FaultyDisk disk = new FaultyDisk();
        try (Memory memory = open(disk)) {
            Talk.say(memory, 1, 3);
            memory.resetMemory();
            assertEquals(List.of("1", "0", "0"), values("reset_seconds_count", "records", "bytes"));
            disk.failWhen((call, count) -> call.equals("syncFolder"));
            assertThrows(IOException.class, memory::resetMemory);
            assertEquals(List.of("2"), values("reset_seconds_count"));
        }
    }

    @Test
    void aFencedAnswerIsCountedAndNoAppend() throws IOException {
        try (Memory memory = open(new FaultyDisk())) {
            memory.resetMemory();
            assertEquals(Optional.empty(), memory.insert(0, "late", "late"));
            assertEquals(List.of("1", "0", "0"),
                    values("fenced_total", "append_seconds_count", "force_seconds_count"));
        }
    }

    @Test
    void aFailedTurnIsNoAppend() throws IOException {
        FaultyDisk disk = new FaultyDisk();
        try (Memory memory = open(disk)) {
            disk.failWhen((call, count) -> call.equals("write"));
            assertThrows(IOException.class, () -> Talk.say(memory, 1, 1));
            disk.failWhen((call, count) -> call.equals("sync"));
            assertThrows(IOException.class, () -> Talk.say(memory, 1, 1));
            assertEquals(List.of("0", "0", "0"),
                    values("append_seconds_count", "force_seconds_count", "fenced_total"));
        }
    }

    @Test
    void aTornTailIsCountedWithItsBytes() throws IOException {
        byte[] two = Talk.file(2);
        try (Memory memory = open(FaultyDisk.with(Arrays.copyOf(two, two.length + 17)))) {
            assertEquals(two.length, memory.bytes());
            assertEquals(List.of("1", "17"), values("torn_tails_total", "torn_bytes_total"));
        }
        try (Memory memory = Memory.open(FaultyDisk.with(two),
                Config.Store.of(FaultyDisk.FOLDER, 20), Talk.CLOCK, metrics)) {
            assertTrue(memory.isWritable());
            assertEquals(List.of("1", "17"), values("torn_tails_total", "torn_bytes_total"));
        }
    }

    @Test
    void damagedLinesAreCounted() throws IOException {
        FaultyDisk disk = FaultyDisk.with(Turns.utf8("what\nis\n" + Turns.text(1, 1)));
        try (Memory memory = open(disk)) {
            Await.until(() -> memory.size().isPresent());
            assertEquals(List.of("2", "2"), values("damaged_lines", "records"));
            assertFalse(metrics.text().contains("what"));
        }
    }
}
