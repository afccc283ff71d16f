package vaas.api;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
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
    private static final byte[] HEALTH = bytes("GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n");
    private static final byte[] CHAT = bytes("POST /chat HTTP/1.1\r\nHost: localhost\r\n"
            + "Content-Length: 19\r\n\r\n{\"message\":\"Hello\"}");

    private HttpBench() {}

    public static void main(String[] args) throws Exception {
        Path folder = Files.createTempDirectory(Path.of("build"), "bench");
        Process server = start(folder);
        try (BufferedReader out = new BufferedReader(
                new InputStreamReader(server.getInputStream(), StandardCharsets.UTF_8))) {
            String line = out.readLine();
            int port = Integer.parseInt(line.replaceFirst(".*://[^:]*:([0-9]+),.*", "$1"));
            System.out.println("JDK " + Runtime.version().feature());
            warmUp(port);
            System.out.println("good client, alone:             " + goodClient(port));
            System.out.println("good client, " + HALF_SENT + " half-sent heads: "
                    + besideHalfSent(port));
            export(port, folder);
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
    private static void export(int port, Path folder) throws Exception {
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
                double exported = seconds(() -> connect(port), bytes("GET /memory?session_id=export"
                        + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                        + "Accept: application/x-ndjson\r\n\r\n"), Files.size(file));
                Thread cat = new Thread(() -> cat(file, listener));
                cat.start();
                double copied = seconds(() -> connect(listener.getLocalPort()), new byte[0],
                        Files.size(file));
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
        try (Socket socket = connect(port)) {
            ask(socket, bytes("POST /reset-memory?session_id=export HTTP/1.1\r\n"
                    + "Host: localhost\r\nContent-Length: 0\r\n\r\n"));
        }
    }

    private interface Connection {
        Socket open() throws IOException;
    }

    private static double seconds(Connection connection, byte[] request, long atLeast)
            throws IOException {
        long start = System.nanoTime();
        try (Socket socket = connection.open()) {
            socket.getOutputStream().write(request);
            byte[] buffer = new byte[64 << 10];
            long read = 0;
            for (int n = 0; n >= 0; n = socket.getInputStream().read(buffer)) {
                read += n;
            }
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
        ProcessBuilder builder = new ProcessBuilder(java("java"), "-XX:+UseSerialGC", "-Xmx512m",
                "-jar", "build/vaas.jar", "--offline");
        builder.environment().putAll(Map.of("PORT", "0", "MEMORY_DIR", folder.toString(),
                "LOG_LEVEL", "WARNING", "HOST", "127.0.0.1", "API_TOKEN", ""));
        return builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
    }

    private static String besideHalfSent(int port) throws IOException {
        List<Socket> halves = new ArrayList<>();
        try {
            for (int i = 0; i < HALF_SENT; i++) {
                Socket half = connect(port);
                halves.add(half);
                half.getOutputStream().write(HEALTH, 0, 20);
            }
            return goodClient(port);
        } finally {
            for (Socket half : halves) {
                half.close();
            }
        }
    }

    /** The first, the median and the slowest of new connections, in milliseconds. */
    private static String goodClient(int port) throws IOException {
        double[] millis = new double[GOOD];
        for (int i = 0; i < GOOD; i++) {
            long start = System.nanoTime();
            try (Socket socket = connect(port)) {
                ask(socket, HEALTH);
            }
            millis[i] = (System.nanoTime() - start) / 1e6;
        }
        double first = millis[0];
        Arrays.sort(millis);
        return String.format("first %.1f ms, median %.1f ms, slowest %.1f ms", first,
                millis[GOOD / 2], millis[GOOD - 1]);
    }

    private static void warmUp(int port) throws IOException {
        try (Socket socket = connect(port)) {
            for (int i = 0; i < WARM_UP; i++) {
                ask(socket, CHAT);
            }
        }
    }

    private static Socket connect(int port) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(20_000);
        return socket;
    }

    /** Sends a request and reads its answer; anything but 200 is a failure. */
    private static void ask(Socket socket, byte[] request) throws IOException {
        OutputStream out = socket.getOutputStream();
        out.write(request);
        InputStream in = socket.getInputStream();
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int read = in.read();
            if (read < 0) {
                throw new IOException("cut");
            }
            head.append((char) read);
        }
        if (!head.toString().startsWith("HTTP/1.1 200")) {
            throw new IOException(head.toString());
        }
        int length = Integer.parseInt(head.toString().replaceFirst(
                "(?is).*content-length: *([0-9]+).*", "$1"));
        in.readNBytes(length);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static String java(String tool) {
        return Path.of(System.getProperty("java.home"), "bin", tool).toString();
    }
}
