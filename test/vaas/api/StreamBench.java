package vaas.api;

import com.sun.net.httpserver.HttpExchange;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import vaas.http.JdkServer;

/**
 * Measures streamed answers, beside a bare handler on the same server that pipes the model's bytes:
 * the time from the model's first word to the caller's first byte, the CPU of a chat of 200 words,
 * and the longest silence in 1,000 streams at a time. Each server is a process of its own, with
 * -Xmx256m. Run by {@code make bench BENCH=all}.
 */
final class StreamBench {
    private static final int WORDS = 200;
    private static final int CHATS = 320;
    private static final byte[] CHAT = bytes("POST /chat HTTP/1.1\r\nHost: localhost\r\n"
            + "Content-Length: 33\r\n\r\n{\"message\":\"Hello\",\"stream\":true}");

    private static volatile int words; // that the model says
    private static volatile int pauseMillis; // between two of them

    private StreamBench() {}

    public static void main(String[] args) throws Exception {
        if (args.length > 0) {
            serveBare(args[0]);
            return;
        }
        System.out.println("streams, JDK " + Runtime.version().feature());
        try (JdkServer model = JdkServer.start(loopback(), "model", StreamBench::answer)) {
            Path folder = Files.createTempDirectory(Path.of("build"), "bench");
            measure("vaas", List.of("-jar", "build/vaas.jar"), model, folder);
            measure("bare", List.of("-cp", System.getProperty("java.class.path"),
                    StreamBench.class.getName(), model.url() + "/v1"), model, folder);
        }
    }

    private static void measure(String name, List<String> command, JdkServer model, Path folder)
            throws Exception {
        List<String> line = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC", "-Xmx256m"));
        line.addAll(command);
        ProcessBuilder builder = new ProcessBuilder(line);
        builder.environment().putAll(Map.of("PORT", "0", "LOG_LEVEL", "WARNING", "GROQ_BASE_URL",
                model.url() + "/v1", "MEMORY_DIR", folder.toString(), "AGENT_MEMORY_SIZE", "0"));
        Process server = builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
        try (BufferedReader out = new BufferedReader(
                new InputStreamReader(server.getInputStream(), StandardCharsets.UTF_8))) {
            int port = Integer.parseInt(
                    out.readLine().replaceFirst(".*://[^:]*:([0-9]+).*", "$1"));
            words = WORDS;
            pauseMillis = 0;
            run(port, 8, 8 * CHATS); // to warm up
            Duration before = cpu(server);
            run(port, 8, CHATS);
            System.out.printf("%s: CPU of a chat of %d words %.2f ms%n", name, WORDS,
                    cpu(server).minus(before).toNanos() / 1e6 / CHATS);
            words = 5;
            pauseMillis = 5;
            System.out.println(name + ": first word,  1 stream   " + run(port, 1, CHATS));
            words = 20;
            pauseMillis = 20;
            System.out.println(name + ": first word, 64 streams  " + run(port, 64, 2 * CHATS));
            words = 100;
            pauseMillis = 50;
            System.out.println(name + ": 1,000 streams at once   " + run(port, 1000, 1000));
        } finally {
            server.toHandle().destroy();
            server.waitFor();
        }
    }

    private static Duration cpu(Process process) {
        return process.info().totalCpuDuration().orElse(Duration.ZERO);
    }

    /** So many chats, so many at a time. */
    private static String run(int port, int atATime, int chats) throws InterruptedException {
        List<Double> first = Collections.synchronizedList(new ArrayList<>());
        AtomicLong silence = new AtomicLong();
        AtomicInteger errors = new AtomicInteger();
        AtomicInteger left = new AtomicInteger(chats);
        List<Thread> clients = new ArrayList<>();
        for (int i = 0; i < atATime; i++) {
            Thread client = new Thread(null, () -> {
                while (left.getAndDecrement() > 0) {
                    try {
                        chat(port, first, silence);
                    } catch (IOException e) {
                        errors.incrementAndGet();
                    }
                }
            }, "client", 256 << 10);
            client.start();
            clients.add(client);
        }
        for (Thread client : clients) {
            client.join();
        }
        Collections.sort(first);
        return String.format("p50 %.2f ms, p99 %.2f ms, longest silence %d ms, errors %d",
                first.get(first.size() / 2), first.get(first.size() * 99 / 100),
                silence.get() / 1_000_000, errors.get());
    }

    private static void chat(int port, List<Double> first, AtomicLong silence)
            throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(60_000);
            socket.getOutputStream().write(CHAT);
            InputStream in = socket.getInputStream();
            StringBuilder text = new StringBuilder();
            byte[] buffer = new byte[16 << 10];
            long last = 0;
            while (text.indexOf("\r\n0\r\n") < 0) {
                int read = in.read(buffer);
                long now = System.nanoTime();
                if (read < 0) {
                    throw new IOException("cut");
                }
                text.append(new String(buffer, 0, read, StandardCharsets.ISO_8859_1));
                int start = text.indexOf("<");
                int end = text.indexOf(">");
                if (last == 0 && end > 0) {
                    first.add((now - Long.parseLong(text.substring(start + 1, end))) / 1e6);
                } else if (last != 0) {
                    long gap = now - last;
                    silence.accumulateAndGet(gap, Math::max);
                }
                last = end > 0 ? now : 0;
            }
            if (text.indexOf("event: error") >= 0 || !text.toString().startsWith("HTTP/1.1 200")) {
                throw new IOException(text.toString());
            }
        }
    }

    /** The model: its first word is the time. */
    private static void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            exchange.getRequestBody().readAllBytes();
            exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
            exchange.sendResponseHeaders(200, 0);
            OutputStream out = exchange.getResponseBody();
            out.flush();
            for (int i = 0; i < words; i++) {
                LockSupport.parkNanos(pauseMillis * 1_000_000L);
                String word = i == 0 ? "=<" + System.nanoTime() + ">" : "word ";
                out.write(bytes("data: {\"id\":\"chatcmpl-1\",\"created\":1795000000,"
                        + "\"object\":\"chat.completion.chunk\",\"model\":\"m\","
                        + "\"choices\":[{\"index\":0,\"delta\":{\"content\":\"" + word
                        + "\"},\"finish_reason\":null}]}\n\n"));
                out.flush();
            }
            out.write(bytes("data: [DONE]\n\n"));
        }
    }

    private static void serveBare(String modelUrl) throws Exception {
        JdkServer server = JdkServer.start(
                loopback(), "bare", exchange -> pipe(exchange, modelUrl));
        System.out.println(server.url());
        new CountDownLatch(1).await();
    }

    private static void pipe(HttpExchange exchange, String modelUrl) throws IOException {
        try (exchange) {
            byte[] body = exchange.getRequestBody().readAllBytes();
            HttpURLConnection call = (HttpURLConnection) URI.create(modelUrl).toURL()
                    .openConnection();
            call.setDoOutput(true);
            call.getOutputStream().write(body);
            InputStream in = call.getInputStream();
            exchange.sendResponseHeaders(200, 0);
            byte[] buffer = new byte[8 << 10];
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                exchange.getResponseBody().write(buffer, 0, read);
                exchange.getResponseBody().flush();
            }
        }
    }

    private static InetSocketAddress loopback() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
