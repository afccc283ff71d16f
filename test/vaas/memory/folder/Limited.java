package vaas.memory.folder;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import vaas.budget.Budget;
import vaas.disk.Disk;
import vaas.disk.FaultyDisk;
import vaas.memory.file.Audit;
import vaas.memory.file.FileContext;
import vaas.memory.file.FileMemory;
import vaas.memory.file.MemoryMetrics;
import vaas.memory.line.Limits;
import vaas.metrics.Metrics;
import vaas.testing.Talk;

/** A memory with limits that are applied when a test says so, and by nobody else. */
final class Limited implements Closeable {
    final FileMemory memory;
    final List<Audit.Entry> audit = new ArrayList<>();
    long outgrown; // how often it has told that it is past a limit

    private Limited(Disk disk, Path folder, Clock clock, Limits limits) throws IOException {
        memory = FileMemory.open(new FileContext("", disk, clock, Instant.now(),
                Budget.ofThisProcess(), 20, limits, Optional.empty(), audit::add,
                new MemoryMetrics(new Metrics()), over -> outgrown++),
                folder.resolve(MemoryFolder.SHARED_FILE));
        memory.countBehind(() -> true);
    }

    static Limited open(Disk disk, Limits limits) throws IOException {
        return new Limited(disk, FaultyDisk.FOLDER, Talk.CLOCK, limits);
    }

    static Limited open(Disk disk, Path folder, Limits limits) throws IOException {
        return new Limited(disk, folder, Clock.systemUTC(), limits);
    }

    static Limits records(long most) {
        return new Limits(OptionalLong.of(most), OptionalLong.empty(), Optional.empty());
    }

    static Limits bytes(long most) {
        return new Limits(OptionalLong.empty(), OptionalLong.of(most), Optional.empty());
    }

    static Limits age(Duration most) {
        return new Limits(OptionalLong.empty(), OptionalLong.empty(), Optional.of(most));
    }

    /** Stores turns, and applies the limits after each. */
    void say(int from, int last) throws IOException {
        for (int i = from; i <= last; i++) {
            Talk.say(memory, i, i);
            trim();
        }
    }

    void trim() throws IOException {
        memory.trim(() -> true);
    }

    @Override
    public void close() throws IOException {
        memory.close();
    }
}
