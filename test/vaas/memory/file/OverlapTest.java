package vaas.memory.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import vaas.memory.History;
import vaas.memory.Insertion;
import vaas.memory.Memory;
import vaas.memory.MemoryRecord;
import vaas.memory.Role;
import vaas.testing.Talk;

/** Turns, reads and resets of one memory, all at the same time. */
@Timeout(60)
class OverlapTest {
    private static final int WRITERS = 8;
    private static final int TURNS = 300;
    private static final int RESETS = 40;

    @TempDir
    Path folder;

    @Test
    void whatIsLeftIsWhatWasAcknowledgedInTheLastGeneration() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(WRITERS + 2);
        List<MemoryRecord> left;
        List<MemoryRecord> acknowledged = new ArrayList<>();
        long resets;
        try (Talk talk = Talk.open(folder)) {
            FileMemory memory = talk.memory;
            List<Future<List<Stored>>> writers = new ArrayList<>();
            for (int i = 0; i < WRITERS; i++) {
                writers.add(threads.submit(writer(memory, "w" + i)));
            }
            Future<Long> resetter = threads.submit(() -> reset(memory));
            Future<?> reader = threads.submit(() -> read(memory));
            for (Future<List<Stored>> writer : writers) {
                for (Stored stored : writer.get()) {
                    if (stored.generation() == RESETS) {
                        acknowledged.add(stored.answer());
                    }
                }
            }
            resets = resetter.get();
            reader.get();
            try (var records = memory.all()) {
                left = records.filter(it -> it.role() == Role.ASSISTANT).toList();
            }
            assertEquals(left.size() * 2L, memory.size().orElseThrow());
        } finally {
            threads.shutdownNow();
        }
        assertEquals(RESETS, resets);
        TreeMap<String, MemoryRecord> byId = new TreeMap<>();
        acknowledged.forEach(it -> byId.put(it.messageId().toString(), it));
        assertEquals(List.copyOf(byId.values()), left);
    }

    private record Stored(long generation, MemoryRecord answer) {}

    private static Callable<List<Stored>> writer(Memory memory, String name) {
        return () -> {
            List<Stored> stored = new ArrayList<>();
            for (int i = 0; i < TURNS; i++) {
                History before = memory.latest(20);
                if (memory.insert(before, name, name + i) instanceof Insertion.Stored turn) {
                    stored.add(new Stored(before.generation(), turn.answer()));
                }
            }
            return stored;
        };
    }

    private static long reset(Memory memory) throws IOException {
        long last = 0;
        for (int i = 0; i < RESETS; i++) {
            last = memory.resetMemory().generation();
        }
        return last;
    }

    private static Void read(Memory memory) throws IOException {
        for (int i = 0; i < 2000; i++) {
            List<MemoryRecord> latest = memory.latest(i % 40).records();
            assertEquals(0, latest.size() % 2);
            for (int at = 0; at < latest.size(); at++) {
                assertEquals(at % 2 == 0 ? Role.USER : Role.ASSISTANT, latest.get(at).role());
            }
            if (!latest.isEmpty()) {
                MemoryRecord newest = latest.get(latest.size() - 1);
                Optional<MemoryRecord> found = memory.byMessageId(newest.messageId());
                assertTrue(found.isEmpty() || found.get().equals(newest));
            }
        }
        return null;
    }
}
