package vaas.memory.file;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.stream.Stream;
import vaas.config.Config;
import vaas.metrics.Metrics;

/** The vocabulary of the memory tests: a turn is "q3" answered by "a3", a talk a list of them. */
final class Talk {
    static final Clock CLOCK = Clock.fixed(Instant.parse("2026-11-22T08:15:30.123Z"),
            ZoneOffset.UTC);

    private Talk() {}

    static Memory open(Disk disk) throws IOException {
        return Memory.open(disk, Config.Store.of(FaultyDisk.FOLDER, 20), CLOCK, new Metrics());
    }

    static Memory open(Path folder) throws IOException {
        return Memory.open(folder, 20);
    }

    /** Stores turns from to last, in the present generation. */
    static void say(Memory memory, int from, int last) throws IOException {
        for (int i = from; i <= last; i++) {
            memory.insert(memory.generation(), "q" + i, "a" + i).orElseThrow();
        }
    }

    /** What turns from to last look like. */
    static List<String> turns(int from, int last) {
        return Stream.iterate(from, i -> i <= last, i -> i + 1)
                .flatMap(i -> Stream.of("q" + i, "a" + i)).toList();
    }

    static List<String> all(Memory memory) {
        try (Stream<MemoryRecord> records = memory.all()) {
            return records.map(MemoryRecord::content).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static List<String> latest(Memory memory, int n) throws IOException {
        return memory.latest(n).stream().map(MemoryRecord::content).toList();
    }

    /** The file of turns 1 to last. */
    static byte[] file(int last) throws IOException {
        FaultyDisk disk = new FaultyDisk();
        try (Memory memory = open(disk)) {
            say(memory, 1, last);
        }
        return disk.content();
    }

    /** Opens, checks what is there, appends one more turn, reopens, and checks again. */
    static void checkUsable(FaultyDisk disk, List<String> expected) throws IOException {
        try (Memory memory = open(disk)) {
            check(expected, all(memory));
            check(expected, latest(memory, 20));
            say(memory, 99, 99);
        }
        try (Memory memory = open(disk)) {
            List<String> more = Stream.concat(expected.stream(), turns(99, 99).stream()).toList();
            check(more, all(memory));
            check((long) more.size(), memory.size().orElseThrow());
        }
    }

    private static void check(Object expected, Object actual) {
        if (!expected.equals(actual)) {
            throw new AssertionError("expected " + expected + ", but there is " + actual);
        }
    }
}
