package vaas.testing;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.stream.Stream;
import vaas.disk.Disk;
import vaas.disk.FaultyDisk;
import vaas.memory.History;
import vaas.memory.Insertion;
import vaas.memory.Memory;
import vaas.memory.MemoryRecord;
import vaas.memory.file.FileMemory;
import vaas.memory.folder.MemoryFolder;

/**
 * A memory in a folder, and the vocabulary of its tests: a turn is "q3" answered by "a3", a talk a
 * list of them.
 */
public final class Talk implements Closeable {
    public static final Clock CLOCK = Clock.fixed(Instant.parse("2026-11-22T08:15:30.123Z"),
            ZoneOffset.UTC);

    public final MemoryFolder folder;
    public final FileMemory memory;

    private Talk(MemoryFolder folder) {
        this.folder = folder;
        this.memory = (FileMemory) folder.shared();
    }

    public static Talk open(MemoryFolder.Options options) throws IOException {
        return new Talk(options.open());
    }

    public static Talk open(Disk disk) throws IOException {
        return open(MemoryFolder.at(FaultyDisk.FOLDER).disk(disk).clock(CLOCK));
    }

    public static Talk open(Path folder) throws IOException {
        return open(MemoryFolder.at(folder));
    }

    /** Stores turns from to last, in the present generation. */
    public void say(int from, int last) throws IOException {
        say(memory, from, last);
    }

    /** Stores turns from to last, in the present generation. */
    public static void say(Memory memory, int from, int last) throws IOException {
        for (int i = from; i <= last; i++) {
            stored(memory.insert(memory.latest(0), "q" + i, "a" + i));
        }
    }

    /** Stores one turn, in the present generation. */
    public MemoryRecord store(String question, String answer) throws IOException {
        return stored(memory.insert(now(), question, answer));
    }

    public List<MemoryRecord> records(int n) throws IOException {
        return memory.latest(n).records();
    }

    /** What was stored, or a failure of the test. */
    public static MemoryRecord stored(Insertion insertion) {
        if (insertion instanceof Insertion.Stored stored) {
            return stored.answer();
        }
        throw new AssertionError("not stored: " + insertion);
    }

    /** The fence of now. */
    public History now() throws IOException {
        return memory.latest(0);
    }

    /** What turns from to last look like. */
    public static List<String> turns(int from, int last) {
        return Stream.iterate(from, i -> i <= last, i -> i + 1)
                .flatMap(i -> Stream.of("q" + i, "a" + i)).toList();
    }

    public List<String> all() {
        return all(memory);
    }

    public static List<String> all(Memory memory) {
        try (Stream<MemoryRecord> records = memory.all()) {
            return records.map(MemoryRecord::content).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public List<String> latest(int n) throws IOException {
        return latest(memory, n);
    }

    public static List<String> latest(Memory memory, int n) throws IOException {
        return texts(memory.latest(n).records());
    }

    public static List<String> texts(List<MemoryRecord> records) {
        return records.stream().map(MemoryRecord::content).toList();
    }

    /** The file of turns 1 to last. */
    public static byte[] file(int last) throws IOException {
        FaultyDisk disk = new FaultyDisk();
        try (Talk talk = open(disk)) {
            talk.say(1, last);
        }
        return disk.content();
    }

    /** Opens, checks what is there, appends one more turn, reopens, and checks again. */
    public static void checkUsable(FaultyDisk disk, List<String> expected) throws IOException {
        try (Talk talk = open(disk)) {
            check(expected, talk.all());
            check(expected, talk.latest(20));
            talk.say(99, 99);
        }
        try (Talk talk = open(disk)) {
            List<String> more = Stream.concat(expected.stream(), turns(99, 99).stream()).toList();
            check(more, talk.all());
            check((long) more.size(), talk.memory.size().orElseThrow());
        }
    }

    private static void check(Object expected, Object actual) {
        if (!expected.equals(actual)) {
            throw new AssertionError("expected " + expected + ", but there is " + actual);
        }
    }

    @Override
    public void close() throws IOException {
        folder.close();
    }
}
