package vaas.api;

import static vaas.testing.BenchTable.median;
import static vaas.testing.BenchTable.number;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import vaas.http.JdkServer;
import vaas.testing.BenchTable;

/**
 * Measures the server from outside, beside a handler on the same JDK's server that remembers
 * nothing. Server, handler, model and clients are processes of their own, so that the CPU of one is
 * not that of another. Run by {@code make bench}.
 */
final class ServerBench {
    private static final int CONNECTIONS = 64;
    private static final int RECORDS = 1_000_000;
    /** Or each collection leaves up to a twentieth of the old space uncompacted, which counts. */
    private static final String COMPACT = "-XX:MarkSweepAlwaysCompactCount=1";
    private static final byte[] HEALTH = RawClient.request("GET /health", "");
    private static final byte[] RESET = RawClient.request("POST /reset-memory", "");
    private static final byte[] CHAT = RawClient.request("POST /chat",
            "{\"message\":\"What did we say about the bench?\"}");
    private static final String ANSWER = "That it compares like with like. ".repeat(4);

    private final boolean quick;
    private final Path folder;

    private ServerBench(boolean quick, Path folder) {
        this.quick = quick;
        this.folder = folder;
    }

    public static void main(String[] args) throws Exception {
        if (args.length > 1) {
            serve(args[0].equals("model") ? model(Integer.parseInt(args[1])) : bare(args[1]));
            return;
        }
        Path folder = Files.createTempDirectory(Path.of("build"), "bench");
        try {
            ServerBench bench = new ServerBench(BenchTable.isQuick(args), folder);
            bench.start();
            bench.chats();
            bench.slowModel();
            bench.smallHeap();
            bench.jars();
        } finally {
            try (Stream<Path> files = Files.walk(folder)) {
                files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
            }
        }
    }

    /** As run.sh starts it, with the archive of classes, until the first answer. */
    private void start() throws Exception {
        int rounds = quick ? 1 : 11;
        double[] ours = new double[rounds];
        double[] bare = new double[rounds];
        double[] resident = new double[rounds];
        double[] bareResident = new double[rounds];
        for (int i = 0; i < rounds; i++) {
            try (Server server = vaas("start", "", Map.of(), "--offline")) {
                ours[i] = server.firstMillis;
                LockSupport.parkNanos(1_000_000_000);
                resident[i] = server.residentMebibytes();
            }
            try (Server server = other("bare", "http://127.0.0.1:1")) {
                bare[i] = server.firstMillis;
                bareResident[i] = server.residentMebibytes();
            }
        }
        row("first 200 after exec", median(ours), 0, "ms", median(ours) / median(bare),
                "of a bare handler's on the same HttpServer; with the archive of classes,"
                        + " median of " + rounds);
        row("resident set idle", median(resident), 0, "MiB",
                median(resident) / median(bareResident), "of a bare handler's, a second later");
    }

    /** The model answers at once, and the prompt holds 20 remembered messages. */
    private void chats() throws Exception {
        int rounds = quick ? 1 : 3;
        double[][] ours = new double[2][rounds];
        double[][] bare = new double[2][rounds];
        try (Server model = other("model", "0");
                Server handler = other("bare", model.url());
                Server server = vaas("chats", COMPACT, Map.of("GROQ_BASE_URL", model.url()))) {
            chatUntil(server, 1_000);
            long before = liveKib(server);
            load(handler, quick ? 2 : 10);
            long chats = 1_000 + load(server, quick ? 2 : 20); // until both are compiled
            for (int i = 0; i < rounds; i++) {
                chats += measure(server, ours, i);
                measure(handler, bare, i);
            }
            heap(server, before, chats);
        }
        row("CPU of a chat, 20 remembered messages, 64 connections", median(ours[0]), 2, "ms",
                median(ours[0]) / median(bare[0]), "of a handler's on the same HttpServer that"
                + " only asks the model; model and clients are other processes");
        row("chats a second there", median(ours[1]), 0, "/s", median(ours[1]) / median(bare[1]),
                "of that handler's");
    }

    /** What stays on the heap of a server that has had so many chats. */
    private void heap(Server server, long before, long chats) throws Exception {
        long many = Math.max(chats, quick ? 0 : 100_000);
        chatUntil(server, many - chats);
        long after = liveKib(server);
        row("live heap after " + number(many, 0) + " chats", after / 1024.0, 1, "MiB",
                (double) after / before, "of that after 1,000; jcmd's histogram, which collects"
                + " first");
    }

    private long measure(Server server, double[][] into, int round) throws Exception {
        double before = server.cpuMillis();
        int seconds = quick ? 2 : 3;
        long done = load(server, seconds);
        into[0][round] = (server.cpuMillis() - before) / done;
        into[1][round] = (double) done / seconds;
        return done;
    }

    private static long load(Server server, int seconds) throws Exception {
        long end = System.nanoTime() + seconds * 1_000_000_000L;
        AtomicInteger done = new AtomicInteger();
        inParallel(CONNECTIONS, () -> {
            try (Socket socket = connect(server.port)) {
                while (System.nanoTime() < end) {
                    require200(ask(socket, CHAT));
                    done.incrementAndGet();
                }
            }
        });
        return done.get();
    }

    /** So many chats in flight with a model that takes half a second. */
    private void slowModel() throws Exception {
        int clients = quick ? 500 : 4000;
        AtomicInteger refused = new AtomicInteger();
        double ours;
        double bare;
        try (Server model = other("model", "500");
                Server handler = other("bare", model.url());
                Server server = vaas("slow", "-Xmx1g", Map.of("GROQ_BASE_URL", model.url(),
                        "MAX_CONCURRENT_CHATS", Integer.toString(clients)))) {
            ours = chatsASecond(server, clients, refused);
            bare = chatsASecond(handler, clients, new AtomicInteger());
        }
        row(clients + " chats in flight with a model of 500 ms", ours, 0, "/s",
                ours / (clients / 0.5), "of the ideal rate, of which that handler reaches "
                + number(bare / (clients / 0.5), 2) + "; " + refused.get() + " of "
                + clients * slowEach() + " chats did not get 200");
    }

    private int slowEach() {
        return quick ? 2 : 4;
    }

    private double chatsASecond(Server server, int clients, AtomicInteger refused)
            throws Exception {
        chatEach(server, clients, quick ? 1 : 3, new AtomicInteger(), new AtomicInteger()); // warm
        AtomicInteger good = new AtomicInteger();
        long start = System.nanoTime();
        chatEach(server, clients, slowEach(), good, refused);
        return good.get() * 1e9 / (System.nanoTime() - start);
    }

    private static void chatEach(Server server, int clients, int each, AtomicInteger good,
            AtomicInteger refused) throws Exception {
        inParallel(clients, () -> {
            int left = each;
            while (left > 0) {
                try (Socket socket = connect(server.port)) {
                    for (; left > 0; left--) {
                        (ask(socket, CHAT) == 200 ? good : refused).incrementAndGet();
                    }
                } catch (IOException e) {
                    left--;
                    refused.incrementAndGet();
                }
            }
        });
    }

    private static void chatUntil(Server server, long chats) throws Exception {
        AtomicLong left = new AtomicLong(chats);
        inParallel(CONNECTIONS, () -> {
            try (Socket socket = connect(server.port)) {
                while (left.getAndDecrement() > 0) {
                    require200(ask(socket, CHAT));
                }
            }
        });
    }

    private static long liveKib(Server server) throws IOException {
        Process histogram = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin",
                "jcmd").toString(), Long.toString(server.process.pid()), "GC.class_histogram")
                .start();
        String text = new String(
                histogram.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        String total = text.substring(text.lastIndexOf("Total")).trim();
        return Long.parseLong(total.split("\\s+")[2]) / 1024;
    }

    /** A million records, 64 connections, and the least heap that is promised to do. */
    private void smallHeap() throws Exception {
        Path file = Files.createDirectory(folder.resolve("small")).resolve("memory.jsonl");
        writeRecords(file);
        AtomicInteger good = new AtomicInteger();
        AtomicInteger others = new AtomicInteger();
        long seconds = quick ? 2 : 10;
        try (Server model = other("model", "0");
                Server server = vaas("small", "-Xmx32m", Map.of("GROQ_BASE_URL", model.url()))) {
            long end = System.nanoTime() + seconds * 1_000_000_000L;
            inParallel(CONNECTIONS, () -> {
                try (Socket socket = connect(server.port)) {
                    while (System.nanoTime() < end) {
                        (ask(socket, CHAT) == 200 ? good : others).incrementAndGet();
                    }
                }
            });
            try (Socket socket = connect(server.port)) {
                require200(ask(socket, RESET));
            }
        }
        row("-Xmx32m, 1,000,000 records, 64 connections", (double) good.get() / seconds, 0, "/s",
                Double.NaN, others.get() + " of " + (good.get() + others.get())
                + " chats did not get 200; then a reset");
    }

    private static void writeRecords(Path file) throws IOException {
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 20)) {
            for (int i = 0; i < RECORDS; i++) {
                String time = Integer.toHexString(0x1000_0000 + i);
                out.write(("{\"message_id\":\"0199" + time.substring(0, 4) + "-"
                        + time.substring(4) + "-7000-8000-000000000000\",\"role\":\""
                        + (i % 2 == 0 ? "user" : "assistant") + "\",\"content\":"
                        + "\"What did we say?\",\"timestamp\":\"2026-11-22T08:15:30.123Z\"}\n")
                        .getBytes(StandardCharsets.US_ASCII));
            }
        }
    }

    private void jars() throws IOException {
        long bytes = Files.size(Path.of("build/vaas.jar"));
        try (Stream<Path> jars = Files.list(Path.of("build/lib"))) {
            for (Path jar : jars.filter(path -> path.toString().endsWith(".jar")).toList()) {
                bytes += Files.size(jar);
            }
        }
        double mebibytes = bytes / 1024.0 / 1024;
        row("all jars", mebibytes, 2, "MiB", mebibytes / 4, "of 4 MiB");
    }

    private interface Client {
        void run() throws IOException;
    }

    private static void inParallel(int count, Client client) throws InterruptedException {
        List<Thread> threads = new ArrayList<>();
        ConcurrentLinkedQueue<IOException> failures = new ConcurrentLinkedQueue<>();
        for (int i = 0; i < count; i++) {
            Thread thread = new Thread(null, () -> {
                try {
                    client.run();
                } catch (IOException e) {
                    failures.add(e);
                }
            }, "client", 256 << 10);
            thread.start();
            threads.add(thread);
        }
        for (Thread thread : threads) {
            thread.join();
        }
        if (!failures.isEmpty()) {
            throw new IllegalStateException(failures.size() + " clients failed", failures.peek());
        }
    }

    private static Socket connect(int port) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(60_000);
        return socket;
    }

    private static void require200(int status) throws IOException {
        if (status != 200) {
            throw new IOException("status " + status);
        }
    }

    /** Sends a request and reads its answer; returns the status. */
    private static int ask(Socket socket, byte[] request) throws IOException {
        socket.getOutputStream().write(request);
        InputStream in = socket.getInputStream();
        byte[] buffer = new byte[4 << 10]; // more than any of these answers
        int length = 0;
        for (int end = -1; end < 0 || length < end;) {
            int read = in.read(buffer, length, buffer.length - length);
            if (read < 0) {
                throw new IOException("cut");
            }
            length += read;
            end = end < 0 ? end(buffer, length) : end;
        }
        return Integer.parseInt(new String(buffer, 9, 3, StandardCharsets.ISO_8859_1));
    }

    /** Where an answer ends whose head is there, or -1. */
    private static int end(byte[] buffer, int length) {
        String text = new String(buffer, 0, length, StandardCharsets.ISO_8859_1);
        int head = text.indexOf("\r\n\r\n");
        if (head < 0) {
            return -1;
        }
        String lower = text.substring(0, head + 2).toLowerCase(Locale.ROOT);
        int field = lower.indexOf("content-length: ") + "content-length: ".length();
        return head + 4 + Integer.parseInt(lower.substring(field, lower.indexOf('\r', field)));
    }

    private static void row(String job, double value, int decimals, String unit, double ratio,
            String how) {
        BenchTable.row(job, number(value, decimals) + " " + unit,
                Double.isNaN(ratio) ? "" : number(ratio, 2), how);
    }

    /** A model: reads a request, and answers after that time. */
    private static HttpHandler model(int pauseMillis) {
        byte[] answer = ("{\"choices\":[{\"index\":0,\"finish_reason\":\"stop\",\"message\":{"
                + "\"role\":\"assistant\",\"content\":\"" + ANSWER + "\"}}]}").getBytes(
                        StandardCharsets.UTF_8);
        ScheduledExecutorService later = Executors.newScheduledThreadPool(2);
        return exchange -> {
            exchange.getRequestBody().readAllBytes();
            if (pauseMillis == 0) {
                answer(exchange, answer);
            } else {
                later.schedule(() -> answer(exchange, answer), pauseMillis, TimeUnit.MILLISECONDS);
            }
        };
    }

    /** The least that can be done: asks the model, hands on what it says, remembers nothing. */
    private static HttpHandler bare(String modelUrl) {
        return exchange -> {
            byte[] body = exchange.getRequestBody().readAllBytes();
            if (body.length == 0) {
                answer(exchange, new byte[] {'{', '}'});
                return;
            }
            HttpURLConnection call = (HttpURLConnection) URI.create(modelUrl).toURL()
                    .openConnection();
            call.setDoOutput(true);
            call.getOutputStream().write(body);
            try (InputStream in = call.getInputStream()) {
                answer(exchange, in.readAllBytes());
            }
        };
    }

    private static void serve(HttpHandler handler) throws Exception {
        JdkServer server = JdkServer.start(new InetSocketAddress(
                InetAddress.getLoopbackAddress(), 0), "stub", handler);
        System.out.println("listens on " + server.url() + ",");
        new CountDownLatch(1).await();
    }

    private static void answer(HttpExchange exchange, byte[] answer) {
        try (exchange) {
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, answer.length);
            exchange.getResponseBody().write(answer);
        } catch (IOException e) {
            // the caller has left
        }
    }

    /** A process that has said where it listens. */
    private record Server(Process process, int port, double firstMillis) implements AutoCloseable {
        @Override
        public void close() {
            process.toHandle().destroy();
            process.onExit().orTimeout(20, TimeUnit.SECONDS).exceptionally(
                    e -> process.destroyForcibly()).join();
        }

        String url() {
            return "http://127.0.0.1:" + port;
        }

        double cpuMillis() {
            return process.info().totalCpuDuration().orElseThrow().toNanos() / 1e6;
        }

        double residentMebibytes() throws IOException {
            return Files.readAllLines(Path.of("/proc/" + process.pid() + "/status")).stream()
                    .filter(line -> line.startsWith("VmRSS")).mapToLong(
                            line -> Long.parseLong(line.replaceAll("\\D", ""))).sum() / 1024.0;
        }
    }

    private Server vaas(String home, String heap, Map<String, String> settings, String... args)
            throws IOException {
        List<String> command = new ArrayList<>(List.of("-XX:+UseSerialGC",
                "-XX:+ExitOnOutOfMemoryError", "-Xlog:disable"));
        if (!heap.isEmpty()) {
            command.add(heap);
        }
        Path archive = Path.of("build/archive", System.getProperty("java.vm.version"));
        if (Files.exists(archive)) {
            command.add((Runtime.version().feature() < 24 ? "-XX:SharedArchiveFile="
                    : "-XX:AOTCache=") + archive.toAbsolutePath());
        }
        command.addAll(List.of("-jar", Path.of("build/vaas.jar").toAbsolutePath().toString()));
        command.addAll(List.of(args));
        return server(command, home, settings);
    }

    private Server other(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of("-XX:+UseSerialGC", "-cp",
                System.getProperty("java.class.path"), ServerBench.class.getName()));
        command.addAll(List.of(arguments));
        return server(command, "none", Map.of());
    }

    private Server server(List<String> arguments, String home, Map<String, String> settings)
            throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().putAll(Map.of("PORT", "0", "LOG_LEVEL", "WARNING",
                "MEMORY_DIR", folder.resolve(home).toString()));
        builder.environment().putAll(settings);
        long start = System.nanoTime();
        Process process = builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
        String line = process.inputReader().readLine();
        int port = Integer.parseInt(line.replaceFirst(".*://[^:]*:([0-9]+),.*", "$1"));
        try (Socket socket = connect(port)) {
            ask(socket, HEALTH);
        }
        return new Server(process, port, (System.nanoTime() - start) / 1e6);
    }
}
