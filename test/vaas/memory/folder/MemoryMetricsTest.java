package vaas.memory.folder;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.ref.WeakReference;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import vaas.disk.FaultyDisk;
import vaas.disk.Handles;
import vaas.memory.History;
import vaas.memory.Insertion;
import vaas.memory.Requester;
import vaas.metrics.Metrics;
import vaas.testing.LogLines;
import vaas.testing.Talk;

/** What a memory counts, as the text of its metrics tells it. */
@Timeout(60)
@ExtendWith(Handles.class)
class MemoryMetricsTest {
    private final Metrics metrics = new Metrics();

    private Talk open(FaultyDisk disk) throws IOException {
        return Talk.open(
                MemoryFolder.at(FaultyDisk.FOLDER).disk(disk).clock(Talk.CLOCK).metrics(metrics));
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
    void aTurnIsAnAppendALockWaitAndASync() throws IOException {
        try (Talk talk = open(new FaultyDisk())) {
            String[] names = {"append_duration_seconds_count", "lock_wait_duration_seconds_count",
                "sync_duration_seconds_count"};
            assertEquals(List.of("0", "0", "0"), values(names));
            talk.say(1, 3);
            assertEquals(List.of("3", "3", "3"), values(names));
            assertEquals(List.of("6", Long.toString(talk.memory.bytes()), "0"),
                    values("records", "bytes", "damaged_lines"));
        }
    }

    @Test
    void aResetIsTimedAFailedOneToo() throws IOException {
        FaultyDisk disk = new FaultyDisk();
        try (Talk talk = open(disk)) {
            talk.say(1, 3);
            talk.memory.resetMemory(Requester.SELF);
            assertEquals(List.of("1", "0", "0"), values("reset_duration_seconds_count", "records",
                    "bytes"));
            disk.failWhen((call, count) -> call.equals("syncFolder"));
            assertThrows(IOException.class, () -> talk.memory.resetMemory(Requester.SELF));
            assertEquals(List.of("2"), values("reset_duration_seconds_count"));
        }
    }

    @Test
    void aFencedAnswerIsCountedAndNoAppend() throws IOException {
        try (Talk talk = open(new FaultyDisk())) {
            History before = talk.now();
            talk.memory.resetMemory(Requester.SELF);
            assertEquals(new Insertion.Fenced(), talk.memory.insert(before, "late", "late"));
            assertEquals(List.of("1", "0", "0"),
                    values("fenced_turns_total", "append_duration_seconds_count",
                            "sync_duration_seconds_count"));
        }
    }

    @Test
    void aFailedTurnIsNoAppend() throws IOException {
        FaultyDisk disk = new FaultyDisk();
        try (Talk talk = open(disk)) {
            disk.failWhen((call, count) -> call.equals("write"));
            assertThrows(IOException.class, () -> talk.say(1, 1));
            disk.failWhen((call, count) -> call.equals("sync"));
            assertThrows(IOException.class, () -> talk.say(1, 1));
            assertEquals(List.of("0", "0", "0"),
                    values("append_duration_seconds_count", "sync_duration_seconds_count",
                            "fenced_turns_total"));
        }
    }

    @Test
    void aTornTailIsCountedWithItsBytes() throws IOException {
        byte[] two = Talk.file(2);
        try (Talk talk = open(FaultyDisk.with(Arrays.copyOf(two, two.length + 17)))) {
            assertEquals(two.length, talk.memory.bytes());
            assertEquals(List.of("1", "17"), values("torn_tails_total", "torn_bytes_total"));
        }
        try (Talk talk = open(FaultyDisk.with(two))) {
            assertTrue(talk.memory.isWritable());
            assertEquals(List.of("1", "17"), values("torn_tails_total", "torn_bytes_total"));
        }
    }

    @Test
    void damagedLinesAreCounted() throws IOException {
        FaultyDisk disk = FaultyDisk.with(Lines.utf8("what\nis\n" + Lines.turns(1, 1)));
        try (Talk talk = open(disk)) {
            assertEquals(2, talk.memory.damagedLines());
            assertEquals(List.of("2", "2"), values("damaged_lines", "records"));
            assertFalse(metrics.text().contains("what"));
        }
    }

    @Test
    void ofManyDamagedLinesAFewAreToldAndAllAreCounted() throws IOException {
        FaultyDisk disk = FaultyDisk.with(Lines.utf8("foreign\n".repeat(200) + Lines.turns(1, 1)));
        try (LogLines log = LogLines.listen(); Talk talk = open(disk)) {
            assertEquals(Talk.turns(1, 1), talk.all());
            assertEquals(List.of("200"), values("damaged_lines"));
            assertEquals(5, log.with("damaged line").size());
            assertTrue(log.with("damaged line").get(4).contains("more are counted"));
        }
    }

    @Test
    void foldersThatShareTheirMetricsAddUpAndAClosedOneIsNotKeptAlive(@TempDir Path folder)
            throws IOException {
        try (Talk two = open(new FaultyDisk())) {
            two.say(1, 1);
            WeakReference<Object> ten = closedAgain(folder, two);
            assertEquals(List.of("2", Long.toString(two.memory.bytes())),
                    values("records", "bytes"));
            while (ten.get() != null) {
                System.gc();
            }
        }
        assertEquals(List.of("none", "none", "none"), values("records", "bytes", "damaged_lines"));
        assertEquals(List.of("6"), values("append_duration_seconds_count"),
                "what was counted stays");
    }

    private WeakReference<Object> closedAgain(Path folder, Talk two) throws IOException {
        try (Talk ten = Talk.open(MemoryFolder.at(folder).metrics(metrics))) {
            ten.say(1, 5);
            assertEquals(List.of("12", Long.toString(two.memory.bytes() + ten.memory.bytes())),
                    values("records", "bytes"));
            return new WeakReference<>(ten.memory);
        }
    }
}
