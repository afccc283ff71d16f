package vaas.memory.file;

import static vaas.testing.BenchTable.median;
import static vaas.testing.BenchTable.number;

import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import vaas.memory.History;
import vaas.memory.MemoryRecord;
import vaas.memory.Requester;
import vaas.memory.Role;
import vaas.memory.line.MessageIds;
import vaas.testing.BenchTable;
import vaas.testing.Rounds;
import vaas.testing.Talk;

/**
 * Measures the memory beside the least that could do its work: durable turns a second beside a
 * bare file that is given the same bytes, and reads of a file of a million records. Run by "make
 * bench"; not a test.
 */
final class MemoryBench {
    /** Many short rounds in turn: neighbours and the disk's own moods then hit both alike. */
    private static int rounds = 25;
    private static final long ROUND_NANOS = 300_000_000;
    private static long warmUpNanos = 3_000_000_000L;
    private static final int RECORDS = 1_000_000;
    private static int resetRounds = 7;
    private static final String FILE_NAME = "memory.jsonl";
    private static final int TAIL_BYTES = 16 << 10;

    private static final String QUESTION = "What did we say about the bench? ".repeat(4);
    private static final String ANSWER = "That it compares like with like. ".repeat(12);

    private static long sink; // results go here, so that no work can be left out

    private MemoryBench() {}

    public static void main(String[] args) throws Exception {
        if (BenchTable.isQuick(args)) {
            rounds = 3;
            resetRounds = 2;
            warmUpNanos = 500_000_000;
        }
        Path folder = Files.createTempDirectory(Files.createDirectories(Path.of("build")), "bench");
        try {
            benchTurns(folder);
            Path million = Files.createDirectory(folder.resolve("million"));
            UUID[] some = writeRecords(million.resolve(FILE_NAME));
            benchReads(million, some);
            benchResets(folder, million.resolve(FILE_NAME));
        } finally {
            delete(folder);
        }
    }

    // Both are warmed up with many threads: one alone would take a minute to be compiled.
    private static void benchTurns(Path folder) throws Exception {
        for (int threads : new int[] {64, 8, 1}) {
            Path memoryFolder = Files.createDirectory(folder.resolve("memory" + threads));
            byte[] lines = linesOf(QUESTION, ANSWER);
            Rounds race = new Rounds(rounds, ROUND_NANOS, threads == 64 ? warmUpNanos : 0);
            try (Talk talk = Talk.open(memoryFolder);
                    BareFile bare = new BareFile(folder.resolve("bare" + threads))) {
                History now = talk.now();
                Rounds.Result turns = race.compare(threads, thread -> bare.append(lines),
                        thread -> Talk.stored(talk.memory.insert(now, QUESTION, ANSWER))).get(0);
                String job = "durable turns, " + threads + (threads == 1 ? " thread" : " threads");
                BenchTable.row(job, number(turns.aSecond(), 0) + " /s", number(turns.ratio(), 2),
                        "of write + force of the same bytes with one leader, " + turns.spread());
                BenchTable.row(job + ", p99 of one", number(turns.p99Millis(), 2) + " ms",
                        number(turns.p99Ratio(), 2), "of the same there, over all rounds");
            }
        }
    }

    private static void benchReads(Path folder, UUID[] some) throws Exception {
        int opens = resetRounds;
        double[] open = new double[opens];
        double[] tail = new double[opens];
        for (int i = 0; i < opens; i++) {
            long start = System.nanoTime();
            try (Talk talk = Talk.open(folder)) {
                sink += talk.memory.latest(20).records().size();
                open[i] = (System.nanoTime() - start) / 1e6;
            }
            start = System.nanoTime();
            try (RandomAccessFile file =
                    new RandomAccessFile(folder.resolve(FILE_NAME).toFile(), "rw")) {
                file.getFD().sync(); // as opening a memory does
                file.seek(file.length() - TAIL_BYTES);
                sink += file.read(new byte[TAIL_BYTES]);
                tail[i] = (System.nanoTime() - start) / 1e6;
            }
        }
        BenchTable.row("open at 1,000,000 records, first latest(20)",
                number(median(open), 1) + " ms",
                number(median(open) / median(tail), 2),
                "of a sync and a read of the file's tail");
        try (Talk talk = Talk.open(folder)) {
            FileMemory memory = talk.memory;
            double byId = nanosEach(resetRounds, 10_000, i -> memory.byMessageId(
                    some[i * 31 % some.length]).orElseThrow().content().length());
            BenchTable.row("byMessageId at 1,000,000 records",
                    number(1e9 / byId, 0) + " /s", "",
                    "one thread, random ids of turns that came evenly, no index");
        }
    }

    // The least: the file is cut, durably.
    private static void benchResets(Path folder, Path million) throws Exception {
        double[] reset = new double[resetRounds];
        double[] empty = new double[resetRounds];
        double[] bare = new double[resetRounds];
        double[] ratio = new double[resetRounds];
        for (int round = 0; round < resetRounds; round++) {
            Path other = Files.createDirectory(folder.resolve("reset" + round));
            Files.copy(million, other.resolve(FILE_NAME));
            reset[round] = resetMillis(other, round, empty);
            bare[round] = bareMillis(Files.copy(million, folder.resolve("bare-reset" + round)));
            ratio[round] = reset[round] / bare[round];
        }
        BenchTable.row("reset of 1,000,000 records right after the start, until its receipt",
                number(median(reset), 0) + " ms", number(median(ratio), 2),
                "of truncating such a file, durably");
        BenchTable.row("empty for everybody else, from the same request on",
                number(median(empty), 1) + " ms", number(median(empty) / median(reset), 2),
                "of that time; another thread reads meanwhile, over and over");
    }

    private static double resetMillis(Path folder, int round, double[] empty) throws Exception {
        try (Talk talk = Talk.open(folder)) {
            long start = System.nanoTime();
            Thread other = new Thread(() -> {
                while (isRemembered(talk)) {
                    Thread.onSpinWait();
                }
                empty[round] = (System.nanoTime() - start) / 1e6;
            });
            other.start();
            sink += talk.memory.resetMemory(Requester.SELF).recordsRemoved().orElseThrow();
            double millis = (System.nanoTime() - start) / 1e6;
            other.join();
            return millis;
        }
    }

    private static double bareMillis(Path copy) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(copy.toFile(), "rw")) {
            file.getFD().sync(); // as opening a memory does
            long start = System.nanoTime();
            file.setLength(0);
            file.getFD().sync();
            return (System.nanoTime() - start) / 1e6;
        }
    }

    /** Writes the file line by line, and hands out every 997th id. */
    private static UUID[] writeRecords(Path file) throws IOException {
        List<UUID> some = new ArrayList<>();
        SplittableRandom random = new SplittableRandom(1);
        Instant start = Instant.parse("2026-01-01T00:00:00Z");
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 20)) {
            UUID last = null;
            for (int i = 0; i < RECORDS; i += 2) {
                Instant when = start.plusSeconds(i);
                UUID asked = MessageIds.next(last, when.toEpochMilli(), random);
                last = MessageIds.next(asked, when.toEpochMilli(), random);
                out.write(lines(new MemoryRecord(asked, Role.USER, "question number " + i, when),
                        new MemoryRecord(last, Role.ASSISTANT, "its answer: " + i, when)));
                if (i % 997 == 0) {
                    some.add(last);
                }
            }
        }
        return some.toArray(new UUID[0]);
    }

    private interface Reading {
        long read(int i) throws IOException;
    }

    /** The median of so many batches, after one to warm up. */
    private static double nanosEach(int batches, int calls, Reading reading) throws IOException {
        double[] nanos = new double[batches];
        for (int batch = -1; batch < batches; batch++) {
            long start = System.nanoTime();
            for (int i = 0; i < calls; i++) {
                sink += reading.read(i);
            }
            if (batch >= 0) {
                nanos[batch] = (double) (System.nanoTime() - start) / calls;
            }
        }
        return median(nanos);
    }

    private static byte[] linesOf(String question, String answer) throws IOException {
        Instant when = Instant.parse("2026-11-22T08:15:30.123Z");
        UUID asked = MessageIds.next(null, when.toEpochMilli(), new SplittableRandom(1));
        UUID answered = MessageIds.next(asked, when.toEpochMilli(), new SplittableRandom(2));
        return lines(new MemoryRecord(asked, Role.USER, question, when),
                new MemoryRecord(answered, Role.ASSISTANT, answer, when));
    }

    private static byte[] lines(MemoryRecord question, MemoryRecord answer) {
        return Turns.utf8(Turns.line(question) + Turns.line(answer));
    }

    private static boolean isRemembered(Talk talk) {
        try {
            return !talk.memory.latest(2).records().isEmpty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> paths = Files.walk(folder)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    /**
     * The rival: appends bytes under a lock and forces them in groups, and does nothing else. The
     * first who finds nobody forcing forces for all who have appended by then; whoever is covered
     * is woken, and one of those who are not, to force next.
     */
    private static final class BareFile implements Closeable {
        private final FileChannel channel;
        private final ReentrantLock lock = new ReentrantLock();
        private boolean forcing; // guarded by lock, as is what follows
        private Group open = new Group();

        private final class Group {
            final Condition changed = lock.newCondition();
            boolean forced;
        }

        BareFile(Path path) throws IOException {
            channel = FileChannel.open(
                    path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        }

        void append(byte[] bytes) throws IOException {
            lock.lock();
            try {
                channel.write(ByteBuffer.wrap(bytes));
                Group group = open;
                while (!group.forced && forcing) {
                    group.changed.awaitUninterruptibly();
                }
                if (!group.forced) {
                    force(group);
                }
            } finally {
                lock.unlock();
            }
        }

        // Called and left with the lock held; the disk works without it.
        private void force(Group group) throws IOException {
            forcing = true;
            open = new Group();
            lock.unlock();
            try {
                channel.force(false);
            } finally {
                lock.lock();
                forcing = false;
                open.changed.signal();
            }
            group.forced = true;
            group.changed.signalAll();
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }
}
