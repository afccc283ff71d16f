package vaas.memory.folder;

import java.io.Closeable;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;
import vaas.memory.Conversations.Lease;
import vaas.memory.Requester;
import vaas.testing.Talk;

/**
 * Measures many conversations beside the least that could do their work; ratios in one run. Run by
 * "make bench BENCH=all"; not a test.
 */
final class SessionBench {
    private static final int ROUNDS = 9;
    private static final long ROUND_NANOS = 400_000_000;
    private static final int THREADS = 64;
    private static final int MANY = Integer.getInteger("vaas.bench.sessions", 20_000);
    private static final int COLD_CHATS = 200;

    private static final String QUESTION = "What did we say about the bench? ".repeat(4);
    private static final String ANSWER = "That it compares like with like. ".repeat(12);

    private SessionBench() {}

    public static void main(String[] args) throws Exception {
        Path folder = Files.createTempDirectory(Files.createDirectories(Path.of("build")), "bench");
        try {
            turns(folder);
            if (Boolean.getBoolean("vaas.bench.turns")) {
                return;
            }
            firstChat(folder, 10);
            firstChat(folder, 50_000);
            many(folder);
            resident(folder.resolve("resident"));
        } finally {
            delete(folder);
        }
    }

    /** Each thread in its own conversation, beside each with a bare file of its own. */
    private static void turns(Path folder) throws Exception {
        byte[] bytes = new byte[bytesOfATurn(folder)];
        Arrays.fill(bytes, (byte) 'x');
        double[] ours = new double[ROUNDS];
        double[] bare = new double[ROUNDS];
        try (MemoryFolder in = MemoryFolder.open(folder.resolve("turns"))) {
            List<RandomAccessFile> files = new ArrayList<>();
            List<Lease> leases = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                files.add(new RandomAccessFile(folder.resolve("bare" + i).toFile(), "rw"));
                leases.add(in.use("s" + i));
            }
            for (int round = -1; round < ROUNDS; round++) { // the first one warms up
                double turns = perSecond(i -> leases.get(i).memory().insert(
                        leases.get(i).memory().latest(0), QUESTION, ANSWER));
                double writes = perSecond(i -> {
                    files.get(i).seek(files.get(i).length());
                    files.get(i).write(bytes);
                    files.get(i).getFD().sync();
                });
                if (round >= 0) {
                    ours[round] = turns;
                    bare[round] = writes;
                }
            }
            for (Closeable file : files) {
                file.close();
            }
            leases.forEach(Lease::close);
        }
        System.out.printf("64 conversations, 64 threads: %.0f turns/s, bare files %.0f: %.2f%n",
                median(ours), median(bare), median(ours) / median(bare));
    }

    private static int bytesOfATurn(Path folder) throws IOException {
        try (MemoryFolder in = MemoryFolder.open(folder.resolve("one"))) {
            in.shared().insert(in.shared().latest(0), QUESTION, ANSWER);
        }
        return (int) Files.size(folder.resolve("one/memory.jsonl"));
    }

    private interface Work {
        void run(int thread) throws IOException;
    }

    private static double perSecond(Work work) throws Exception {
        LongAdder done = new LongAdder();
        CountDownLatch begin = new CountDownLatch(1);
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < THREADS; t++) {
            int thread = t;
            threads.add(new Thread(() -> {
                try {
                    begin.await();
                    long end = System.nanoTime() + ROUND_NANOS;
                    while (System.nanoTime() < end) {
                        work.run(thread);
                        done.increment();
                    }
                } catch (IOException | InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            }));
        }
        threads.forEach(Thread::start);
        long start = System.nanoTime();
        begin.countDown();
        for (Thread thread : threads) {
            thread.join();
        }
        return done.sum() * 1e9 / (System.nanoTime() - start);
    }

    /** A turn in a conversation that is on disk but closed, beside one in an open one. */
    private static void firstChat(Path folder, int turns) throws IOException {
        Path home = folder.resolve("first" + turns);
        Path file = SessionFiles.path(home.resolve("sessions"), "first");
        Files.createDirectories(file.getParent());
        StringBuilder lines = new StringBuilder();
        for (int i = 1; i <= turns; i++) {
            lines.append(Lines.question(i, QUESTION, Lines.WHEN))
                    .append(Lines.answer(i, ANSWER, Lines.WHEN));
        }
        Files.writeString(file, lines);
        double[] closed = new double[COLD_CHATS];
        double[] open = new double[COLD_CHATS];
        try (MemoryFolder in = MemoryFolder.at(home).maxOpen(1).open()) {
            for (int i = 0; i < COLD_CHATS; i++) {
                in.use("other").close();
                chat(in, "other"); // closes the first one
                long start = System.nanoTime();
                chat(in, "first");
                long between = System.nanoTime();
                chat(in, "first");
                closed[i] = between - start;
                open[i] = System.nanoTime() - between;
            }
        }
        System.out.printf("first chat of a closed conversation of %d records: %.0f us, of an open"
                + " one %.0f us: %.2f%n", 2 * turns, median(closed) / 1e3, median(open) / 1e3,
                median(closed) / median(open));
    }

    private static void chat(MemoryFolder in, String conversation) throws IOException {
        try (Lease lease = in.use(conversation)) {
            lease.memory().insert(lease.memory().latest(20), QUESTION, ANSWER);
        }
    }

    /** Starts with many on disk, beside a start with none; a reset of all, beside one of each. */
    private static void many(Path folder) throws IOException {
        Path home = folder.resolve("many");
        long start = System.nanoTime();
        try (MemoryFolder in = MemoryFolder.open(home)) {
            for (int i = 0; i < MANY; i++) {
                chat(in, "s" + i);
            }
        }
        System.out.printf("%d conversations made in %.1f s%n", MANY, seconds(start));
        double[] none = new double[ROUNDS];
        double[] all = new double[ROUNDS];
        for (int i = 0; i < ROUNDS; i++) {
            none[i] = openMillis(folder.resolve("empty"));
            all[i] = openMillis(home);
        }
        System.out.printf("open with %d conversations %.1f ms, with none %.1f ms%n", MANY,
                median(all), median(none));
        heap(home, folder.resolve("empty"));
        try (MemoryFolder in = MemoryFolder.open(home)) {
            start = System.nanoTime();
            for (int i = 0; i < MANY / 10; i++) {
                try (Lease lease = in.use("s" + i)) {
                    lease.memory().resetMemory();
                }
            }
            double each = seconds(start) * 10;
            start = System.nanoTime();
            System.out.println(in.resetAll(Requester.SELF));
            double together = seconds(start) * 10 / 9;
            System.out.printf("reset of all %d: %.2f s, of each by itself %.1f s (from a tenth):"
                    + " %.3f%n", MANY, together, each, together / each);
        }
    }

    private static void heap(Path many, Path none) throws IOException {
        long[] used = new long[2];
        for (int i = 0; i < 2; i++) {
            try (MemoryFolder in = MemoryFolder.open(i == 0 ? none : many)) {
                chat(in, "new"); // waits for the count
                System.gc();
                System.gc();
                used[i] = Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
            }
        }
        System.out.printf("heap with %d conversations %d KiB more than with none%n", MANY,
                (used[1] - used[0]) >> 10);
    }

    /** What 1,000 open conversations of 20 short turns add to the resident set. */
    private static void resident(Path home) throws IOException {
        try (MemoryFolder in = MemoryFolder.open(home)) {
            chat(in, "first");
            long before = residentKib();
            for (int i = 0; i < 1000; i++) {
                try (Lease lease = in.use("s" + i)) {
                    Talk.say(lease.memory(), 1, 20);
                }
            }
            System.gc();
            System.out.printf("1000 open conversations of 20 short turns: %d MiB more resident%n",
                    (residentKib() - before) >> 10);
        }
    }

    private static long residentKib() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("VmRSS")).mapToLong(
                        line -> Long.parseLong(line.replaceAll("[^0-9]", ""))).findAny().orElse(0);
    }

    private static double openMillis(Path home) throws IOException {
        long start = System.nanoTime();
        MemoryFolder in = MemoryFolder.open(home);
        double millis = seconds(start) * 1000;
        in.close();
        return millis;
    }

    private static double seconds(long start) {
        return (System.nanoTime() - start) / 1e9;
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
