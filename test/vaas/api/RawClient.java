package vaas.api;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import vaas.json.Json;
import vaas.json.JsonException;

/** Speaks HTTP byte by byte over one connection: also what no client library would send. */
public final class RawClient implements AutoCloseable {
    private static final int PATIENCE_MILLIS = 50_000;

    private final Socket socket;
    private final InputStream in;
    private final BiConsumer<String, Answer> witness;

    private RawClient(Socket socket, BiConsumer<String, Answer> witness) throws IOException {
        this.socket = socket;
        this.witness = witness;
        this.in = socket.getInputStream();
        socket.setSoTimeout(PATIENCE_MILLIS);
        socket.setTcpNoDelay(true);
    }

    /**
     * An answer as it came.
     *
     * @param headers by name in any case; several of one name joined by ", "
     */
    public record Answer(int status, Map<String, String> headers, String body) {
        public Optional<String> header(String name) {
            return Optional.ofNullable(headers.get(name));
        }

        public Map<String, Object> json() {
            try {
                return Json.read(body);
            } catch (JsonException e) {
                throw new AssertionError(status + " " + body, e);
            }
        }
    }

    /** Connects. */
    public static RawClient to(URI url) throws IOException {
        return to(url, (asked, answer) -> { });
    }

    /** Connects, and shows each answer that is asked for to a witness, who may fail the test. */
    static RawClient to(URI url, BiConsumer<String, Answer> witness) throws IOException {
        return new RawClient(new Socket(url.getHost(), url.getPort()), witness);
    }

    /** A request with a Host unless one is given, and a length if there is a body. */
    public static byte[] request(String methodAndPath, byte[] body, String... headers) {
        StringBuilder head = new StringBuilder(methodAndPath + " HTTP/1.1\r\n");
        boolean hasHost = false;
        for (String header : headers) {
            hasHost |= header.startsWith("Host:");
            head.append(header).append("\r\n");
        }
        head.append(hasHost ? "" : "Host: localhost\r\n");
        head.append(body.length == 0 ? "" : "Content-Length: " + body.length + "\r\n");
        ByteArrayOutputStream request = new ByteArrayOutputStream();
        request.writeBytes(head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
        request.writeBytes(body);
        return request.toByteArray();
    }

    public static byte[] request(String methodAndPath, String body, String... headers) {
        return request(methodAndPath, body.getBytes(StandardCharsets.UTF_8), headers);
    }

    public RawClient send(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        return this;
    }

    public RawClient send(String text) throws IOException {
        return send(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Tells the server that nothing more comes. */
    public RawClient endOutput() throws IOException {
        socket.shutdownOutput();
        return this;
    }

    /** Sends a request and reads its answer, which a HEAD has no body of. */
    public Answer ask(String methodAndPath, String body, String... headers) throws IOException {
        send(request(methodAndPath, body, headers));
        Answer answer = methodAndPath.startsWith("HEAD ") ? readHead() : read();
        witness.accept(methodAndPath, answer);
        return answer;
    }

    /** The next answer; {@link EOFException} if the connection ends before it. */
    public Answer read() throws IOException {
        Answer head = readHead();
        int length = Integer.parseInt(head.header("Content-Length").orElse("0"));
        byte[] body = in.readNBytes(length);
        if (body.length < length) {
            throw new EOFException("the body ends early");
        }
        return new Answer(head.status, head.headers, new String(body, StandardCharsets.UTF_8));
    }

    /**
     * The next chunk of an answer's body; empty at its end.
     *
     * @throws EOFException if the connection ends before that
     */
    public byte[] chunk() throws IOException {
        int length = Integer.parseInt(line(), 16);
        byte[] chunk = in.readNBytes(length);
        if (chunk.length < length) {
            throw new EOFException("the chunk ends early");
        }
        line();
        return chunk;
    }

    /** The next answer, known to have no body. */
    public Answer readHead() throws IOException {
        List<String> lines = new ArrayList<>();
        for (String line = line(); !line.isEmpty(); line = line()) {
            lines.add(line);
        }
        Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        for (String line : lines.subList(1, lines.size())) {
            String[] parts = line.split(": ?", 2);
            headers.merge(parts[0], parts[1], (one, two) -> one + ", " + two);
        }
        return new Answer(Integer.parseInt(lines.get(0).split(" ")[1]), headers, "");
    }

    /** The status of the next answer, or empty if the server just ends the connection. */
    public Optional<Integer> statusOrEnd() throws IOException {
        try {
            return Optional.of(read().status);
        } catch (EOFException | SocketException e) {
            return Optional.empty();
        }
    }

    /** All that comes until the server ends the connection. */
    public String textToEnd() throws IOException {
        return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }

    /** Waits for the server to end the connection; false if it sends something more. */
    public boolean awaitEnd() throws IOException {
        try {
            return in.read() < 0;
        } catch (SocketException e) {
            return true; // a reset is an end too
        }
    }

    /** Reads whatever comes until the server ends the connection, and tells how much. */
    public long readToEnd() throws IOException {
        long bytes = 0;
        byte[] buffer = new byte[1 << 16];
        try {
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                bytes += read;
            }
        } catch (SocketException e) {
            // a reset is an end too
        }
        return bytes;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new EOFException("the connection ended after '" + line + "'");
            }
            line.append((char) c);
        }
        return line.toString().stripTrailing();
    }
}
