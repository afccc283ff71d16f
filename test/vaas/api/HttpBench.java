package vaas.api;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Measures a real server, a process of its own, from outside: how soon a good client is answered
 * while 2,000 others hold half-sent heads open, and how fast a million records are exported. Run by
 * {@code make bench BENCH=all}.
 */
final class HttpBench {
    private static final int HALF_SENT = 2000;
    private static final int GOOD = 20;
    private static final int WARM_UP = 1000;
    private static final int RECORDS = 1_000_000;
    private static final int EXPORTS = 5;
    /** Where the session "export" is, by the sum over its name. */
    private static final String SESSION_FOLDER = "94";

    private HttpBench() {}

    public static void main(String[] args) throws Exception {
        Path folder = Files.createTempDirectory(Path.of("build"), "bench");
        Process server = start(folder);
        try (BufferedReader out = new BufferedReader(
                new InputStreamReader(server.getInputStream(), StandardCharsets.UTF_8))) {
            String line = out.readLine();
            URI url = URI.create(line.replaceFirst(".*(http://[^,]*),.*", "$1"));
            System.out.println("JDK " + Runtime.version().feature());
            warmUp(url);
            System.out.println("good client, alone:             " + goodClient(url));
            System.out.println("good client, " + HALF_SENT + " half-sent heads: "
                    + besideHalfSent(url));
            export(url, folder);
        } finally {
            server.toHandle().destroy();
            System.out.println("exit code after SIGTERM: " + server.waitFor());
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    /** A million records read back, beside a bare loop that copies the same file to a socket. */
    private static void export(URI url, Path folder) throws Exception {
        Path file = folder.resolve("sessions/" + SESSION_FOLDER + "/c-export.jsonl");
        Files.createDirectories(file.getParent());
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < RECORDS; i++) {
            lines.append(String.format("{\"message_id\":\"0199%04x-%04x-7000-8000-000000000000\","
                    + "\"role\":\"%s\",\"content\":\"%s\",\"timestamp\":"
                    + "\"2026-11-22T08:15:30.123Z\"}\n", i >> 16, i & 0xFFFF,
                    i % 2 == 0 ? "user" : "assistant", "What did we say? ".repeat(4)));
        }
        Files.writeString(file, lines);
        double[] ours = new double[EXPORTS];
        double[] bare = new double[EXPORTS];
        try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            for (int i = -1; i < EXPORTS; i++) { // the first one warms up
                double exported = seconds(url, RawClient.request(
                        "GET /memory?session_id=export", "", "Connection: close",
                        "Accept: application/x-ndjson"), Files.size(file));
                Thread cat = new Thread(() -> cat(file, listener));
                cat.start();
                double copied = seconds(URI.create("http://127.0.0.1:"
                        + listener.getLocalPort()), new byte[0], Files.size(file));
                cat.join();
                if (i >= 0) {
                    ours[i] = exported;
                    bare[i] = copied;
                }
            }
        }
        Arrays.sort(ours);
        Arrays.sort(bare);
        System.out.printf("export of %d records (%d MB): %.2f s, bare copy to a socket %.2f s:"
                + " %.2f of its speed%n", RECORDS, Files.size(file) / 1_000_000, ours[EXPORTS / 2],
                bare[EXPORTS / 2], bare[EXPORTS / 2] / ours[EXPORTS / 2]);
        ask(url, "POST /reset-memory?session_id=export", "");
    }

    private static double seconds(URI url, byte[] request, long atLeast) throws IOException {
        long start = System.nanoTime();
        try (RawClient client = RawClient.to(url)) {
            long read = client.send(request).readToEnd();
            if (read < atLeast) {
                throw new IOException("only " + read + " bytes came");
            }
        }
        return (System.nanoTime() - start) / 1e9;
    }

    private static void cat(Path file, ServerSocket listener) {
        try (Socket socket = listener.accept(); InputStream in = Files.newInputStream(file)) {
            byte[] buffer = new byte[64 << 10];
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                socket.getOutputStream().write(buffer, 0, n);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Process start(Path folder) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC", "-Xmx512m", "-jar", "build/vaas.jar", "--offline");
        builder.environment().putAll(Map.of("PORT", "0", "MEMORY_DIR", folder.toString(),
                "LOG_LEVEL", "WARNING", "HOST", "127.0.0.1", "API_TOKEN", ""));
        return builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
    }

    private static String besideHalfSent(URI url) throws IOException {
        List<RawClient> halves = new ArrayList<>();
        try {
            for (int i = 0; i < HALF_SENT; i++) {
                RawClient half = RawClient.to(url);
                halves.add(half);
                half.send("GET /health HTTP/1.1");
            }
            return goodClient(url);
        } finally {
            for (RawClient half : halves) {
                half.close();
            }
        }
    }

    /** The first, the median and the slowest of new connections, in milliseconds. */
    private static String goodClient(URI url) throws IOException {
        double[] millis = new double[GOOD];
        for (int i = 0; i < GOOD; i++) {
            long start = System.nanoTime();
            ask(url, "GET /health", "");
            millis[i] = (System.nanoTime() - start) / 1e6;
        }
        double first = millis[0];
        Arrays.sort(millis);
        return String.format("first %.1f ms, median %.1f ms, slowest %.1f ms", first,
                millis[GOOD / 2], millis[GOOD - 1]);
    }

    private static void warmUp(URI url) throws IOException {
        for (int i = 0; i < WARM_UP; i++) {
            ask(url, "POST /chat", "{\"message\":\"Hello\"}");
        }
    }

    /** Over a connection of its own; anything but 200 is a failure. */
    private static void ask(URI url, String request, String body) throws IOException {
        try (RawClient client = RawClient.to(url)) {
            RawClient.Answer answer = client.ask(request, body);
            if (answer.status() != 200) {
                throw new IOException(answer.toString());
            }
        }
    }
}
