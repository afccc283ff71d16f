package vaas.api;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.stream.Stream;
import vaas.budget.Budget;

/**
 * Sends a real server, a process of its own with a small heap, what fills heaps, and looks after
 * each attack whether it still lives, serves a good chat, and has lost nothing. Run by
 * {@code make bench BENCH=all}; takes heap sizes in MiB as its arguments.
 */
final class HeapAttack {
    private static final int SENDERS = 32;
    private static final int PATIENCE_MILLIS = 30_000;
    private static final long GOOD_NANOS = 40_000_000_000L;

    private final Process process;
    private final BufferedReader out;
    private final int port;
    private final Budget budget; // as the server has it, or a little more
    private int acknowledged;

    private HeapAttack(Process process, int heapMebibytes) throws IOException {
        this.process = process;
        this.budget = Budget.of((long) heapMebibytes << 20, 4096);
        this.out = new BufferedReader(
                new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        String line = out.readLine();
        if (line == null || !line.contains("://")) {
            throw new IOException("the server did not start: " + line);
        }
        this.port = Integer.parseInt(line.replaceFirst(".*://[^:]*:([0-9]+),.*", "$1"));
    }

    public static void main(String[] args) throws Exception {
        List<String> heaps = args.length > 0 ? List.of(args) : List.of("48", "64", "256");
        for (String heap : heaps) {
            System.out.println("JDK " + Runtime.version().feature() + ", -Xmx" + heap + "m");
            run(Integer.parseInt(heap), false, System.out::println);
        }
    }

    /** Runs all attacks on a server of its own; throws if it does not stand one of them. */
    static void run(int heapMebibytes, boolean quick, Consumer<String> report) throws Exception {
        Path folder = Files.createTempDirectory("heap-attack");
        HeapAttack attack = new HeapAttack(
                start(heapMebibytes, quick ? 1 : 4, folder), heapMebibytes);
        try {
            attack.all(quick, report);
            attack.process.toHandle().destroy();
            attack.process.waitFor();
            attack.checkNothingIsLost(folder);
        } finally {
            attack.process.toHandle().destroyForcibly();
            try (Stream<Path> files = Files.list(folder)) {
                for (Path file : files.toList()) {
                    Files.delete(file);
                }
            }
            Files.delete(folder);
        }
    }

    private static Process start(int heapMebibytes, int compilers, Path folder)
            throws IOException {
        ProcessBuilder builder = new ProcessBuilder(
                System.getProperty("java.home") + "/bin/java", "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=" + compilers, "-Xmx" + heapMebibytes + "m",
                "-XX:+ExitOnOutOfMemoryError", "-cp",
                System.getProperty("java.class.path"), "vaas.Main", "--offline");
        builder.environment().putAll(Map.of("PORT", "0", "MEMORY_DIR", folder.toString(),
                "LOG_LEVEL", "WARNING", "HOST", "127.0.0.1", "API_TOKEN", ""));
        return builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
    }

    private void all(boolean quick, Consumer<String> report) throws Exception {
        attack("one body of 20 MB of {}", 1, items(20), report);
        int megabytes = quick ? 3 : 20;
        attack("16 bodies of " + megabytes + " MB of {}", 16, items(megabytes), report);
        attack("8 chats of 1.9 MB", 8, chat("x".repeat(1_900_000)), report);
        byte[] short65 = chat("x".repeat(65_000));
        for (int count : quick ? List.of(450) : List.of(450, 900, 1900)) {
            attack(count + " chats of 65 kB at once", count, short65, report);
        }
        attack("480 bodies of 129 kB to /health", 480,
                RawClient.request("GET /health", "x".repeat(129_000)), report);
        halfSentHeads(report);
    }

    /** Nine tenths of what is let in, each as long as it may be, all held at once. */
    private void halfSentHeads(Consumer<String> report) throws Exception {
        int count = budget.connections() * 9 / 10; // the JVM has less heap than it is told
        byte[] head = ("GET /health HTTP/1.1\r\nHost: localhost\r\nX: "
                + "x".repeat(budget.headBytes() - 200)).getBytes(StandardCharsets.US_ASCII);
        ConcurrentLinkedQueue<Socket> sockets = new ConcurrentLinkedQueue<>();
        try {
            AtomicInteger left = new AtomicInteger(count);
            inParallel(() -> {
                while (left.getAndDecrement() > 0) {
                    begin(head, sockets);
                }
            });
            report(report, count + " half-sent heads of " + budget.headBytes(), Map.of(),
                    System.nanoTime());
        } finally {
            for (Socket socket : sockets) {
                socket.close();
            }
        }
    }

    /** A chat whose body has that many megabytes of what nobody asks for. */
    private static byte[] items(int megabytes) {
        return chat("x\",\"y\":[" + "{},".repeat(megabytes * 1_000_000 / 3) + "{}],\"z\":\"");
    }

    private static byte[] chat(String message) {
        return RawClient.request("POST /chat", "{\"message\":\"" + message + "\"}");
    }

    private void attack(String name, int count, byte[] request, Consumer<String> report)
            throws Exception {
        long start = System.nanoTime();
        report(report, name, sendAtOnce(count, request), start);
    }

    private void report(Consumer<String> report, String name, Map<String, Integer> answers,
            long start) throws IOException {
        int refused = awaitGoodChat(name);
        report.accept(String.format("%-34s %s; then a chat is 200 after %d refusals; %.1f s", name,
                answers, refused, (System.nanoTime() - start) / 1e9));
    }

    /** All but the last byte of each, then that of all; what came back, by status. */
    private Map<String, Integer> sendAtOnce(int count, byte[] request) throws Exception {
        ConcurrentLinkedQueue<Socket> sockets = new ConcurrentLinkedQueue<>();
        Map<String, Integer> answers = new TreeMap<>();
        AtomicInteger left = new AtomicInteger(count);
        inParallel(() -> {
            while (left.getAndDecrement() > 0) {
                begin(request, sockets);
            }
        });
        inParallel(() -> {
            for (Socket socket = sockets.poll(); socket != null; socket = sockets.poll()) {
                end(socket, request, answers);
            }
        });
        acknowledged += answers.getOrDefault("200", 0) * (request[0] == 'P' ? 1 : 0);
        return answers;
    }

    private static void inParallel(Runnable task) throws InterruptedException {
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < SENDERS; i++) {
            Thread thread = new Thread(task);
            thread.start();
            threads.add(thread);
        }
        for (Thread thread : threads) {
            thread.join();
        }
    }

    private void begin(byte[] request, ConcurrentLinkedQueue<Socket> sockets) {
        try {
            Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
            socket.setSoTimeout(PATIENCE_MILLIS);
            sockets.add(socket);
            socket.getOutputStream().write(request, 0, request.length - 1);
        } catch (IOException e) {
            // refused in the middle; what it has to say of that is read at the end
        }
    }

    private static void end(Socket socket, byte[] request, Map<String, Integer> answers) {
        String status;
        try (socket) {
            OutputStream out = socket.getOutputStream();
            out.write(request, request.length - 1, 1);
            status = new String(socket.getInputStream().readNBytes(12),
                    StandardCharsets.US_ASCII).replaceFirst("HTTP/1.1 ", "");
        } catch (IOException e) {
            status = "";
        }
        synchronized (answers) {
            answers.merge(status.isEmpty() ? "cut" : status, 1, Integer::sum);
        }
    }

    /** Asks until the answer is 200; anything but 503 with Retry-After before is a failure. */
    private int awaitGoodChat(String name) throws IOException {
        long end = System.nanoTime() + GOOD_NANOS;
        for (int refused = 0; ; refused++) {
            LockSupport.parkNanos(refused > 0 ? 1_000_000 : 0); // leaves the processor to others
            if (!process.isAlive() || System.nanoTime() - end > 0) {
                throw new AssertionError(
                        name + (process.isAlive() ? " makes it deaf" : " ends it"));
            }
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                socket.setSoTimeout(PATIENCE_MILLIS);
                socket.getOutputStream().write(chat("good"));
                String head = head(socket);
                if (head.startsWith("HTTP/1.1 200")) {
                    acknowledged++;
                    return refused;
                } else if (!head.startsWith("HTTP/1.1 503") || !head.contains("Retry-After:")) {
                    throw new AssertionError(name + " makes a good chat " + head);
                }
            } catch (IOException e) {
                // closed at once: there are as many connections as there may be
            }
        }
    }

    private static String head(Socket socket) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int octet = socket.getInputStream().read();
            if (octet < 0) {
                throw new IOException("cut");
            }
            head.append((char) octet);
        }
        return head.toString();
    }

    /** Each 200 was a turn, and each turn is two lines. */
    private void checkNothingIsLost(Path folder) throws IOException {
        long lines;
        try (Stream<String> all = Files.lines(folder.resolve("memory.jsonl"))) {
            lines = all.count();
        }
        if (lines < 2L * acknowledged) {
            throw new AssertionError(acknowledged + " acknowledged, " + lines + " lines stored");
        }
    }
}
