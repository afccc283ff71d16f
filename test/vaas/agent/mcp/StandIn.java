package vaas.agent.mcp;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import vaas.json.Fields;
import vaas.json.Json;

/** A server that answers with whatever bytes a test wants, and remembers what it was asked. */
public final class StandIn implements Closeable {
    /** What it may say that nobody but itself shall repeat. */
    public static final String SECRET = "xyzzy";
    /** Tools on a list, each with a schema of its own. */
    public static final String TOOL = "{'name':'find','description':'Finds.','inputSchema':"
            + "{'type':'object','properties':{'q':{'type':'string'}},'required':['q']}}";

    private final ServerSocket listener = new ServerSocket();
    private final Thread acceptor = new Thread(this::accept, "stand-in");
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private final List<Asked> all = new CopyOnWriteArrayList<>();
    private volatile Script script;

    /** What it was asked, and where to answer. */
    public record Asked(String path, Map<String, String> headers, Map<String, Object> body,
            OutputStream out) {
        public String method() {
            return (String) body.get("method");
        }

        public Object id() {
            return body.get("id");
        }

        public Object param(String... path) {
            return Fields.get(Fields.get(body, "params"), path);
        }

        /** Writes raw bytes. */
        public void raw(String text) throws IOException {
            out.write(text.getBytes(StandardCharsets.ISO_8859_1));
            out.flush();
        }

        /** Answers with a status and a body, in which single quotes are double ones. */
        public void answer(int status, String type, String body, String... headers)
                throws IOException {
            byte[] bytes = body.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
            raw("HTTP/1.1 " + status + " X\r\nContent-Type: " + type + "\r\nContent-Length: "
                    + bytes.length + "\r\n" + String.join("", List.of(headers).stream()
                            .map(it -> it + "\r\n").toList()) + "\r\n");
            out.write(bytes);
            out.flush();
        }

        public void json(int status, String body, String... headers) throws IOException {
            answer(status, "application/json", body, headers);
        }

        /** Answers with a result. */
        public void result(String result, String... headers) throws IOException {
            json(200, "{'jsonrpc':'2.0','id':" + id() + ",'result':" + result + "}", headers);
        }

        public void error(int status, int code) throws IOException {
            json(status, "{'jsonrpc':'2.0','id':" + id() + ",'error':{'code':" + code
                    + ",'message':'" + SECRET + "'}}");
        }

        /** Begins an event stream that ends with the connection. */
        public Asked events() throws IOException {
            raw("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                    + "Connection: close\r\n\r\n");
            return this;
        }

        public Asked event(String data) throws IOException {
            raw("event: message\r\ndata: " + data.replace('\'', '"') + "\r\n\r\n");
            return this;
        }

        public String wrapped(String result) {
            return "{'jsonrpc':'2.0','id':" + id() + ",'result':" + result + "}";
        }

        /** Ends the connection. */
        public void end() throws IOException {
            throw new IOException("the script ends the connection");
        }
    }

    /** What it answers. */
    public interface Script {
        void answer(Asked asked) throws IOException;
    }

    private StandIn(Script script) throws IOException {
        this.script = script;
        listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 512);
        acceptor.setDaemon(true);
        acceptor.start();
    }

    public static StandIn start(Script script) throws IOException {
        return new StandIn(script);
    }

    /** One of today that has one tool, and answers its calls with this. */
    public static StandIn withTool(Script call) throws IOException {
        return start(modern(TOOL, call));
    }

    /** A server of 2026-07-28 with tools, whose calls are answered by another script. */
    public static Script modern(String tools, Script call) {
        return asked -> {
            switch (asked.method()) {
                case "server/discover" -> asked.result("{'supportedVersions':['2026-07-28'],"
                        + "'capabilities':{'tools':{}},'resultType':'complete'}");
                case "tools/list" -> asked.result(
                        "{'resultType':'complete','tools':[" + tools + "]}");
                default -> call.answer(asked);
            }
        };
    }

    public void script(Script next) {
        script = next;
    }

    public String url() {
        return "http://127.0.0.1:" + listener.getLocalPort() + "/mcp";
    }

    /** What it was asked by a method, in this order. */
    public List<Asked> asked(String method) {
        return all.stream().filter(it -> it.method().equals(method)).toList();
    }

    /** All that it was asked. */
    public List<String> methods() {
        return all.stream().map(Asked::method).toList();
    }

    /** Connections so far. */
    public int connections() {
        return sockets.size();
    }

    /** Whether the client has closed all of them. */
    public boolean isDeserted() {
        return sockets.stream().allMatch(Socket::isClosed);
    }

    /** Drops all connections. */
    public void cut() throws IOException {
        for (Socket socket : sockets) {
            socket.close();
        }
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket socket = listener.accept();
                socket.setTcpNoDelay(true);
                sockets.add(socket);
                Thread thread = new Thread(() -> serve(socket), "stand-in-connection");
                thread.setDaemon(true);
                thread.start();
            } catch (IOException e) {
                // closed
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            InputStream in = socket.getInputStream();
            while (true) {
                Asked asked = read(in, socket.getOutputStream());
                all.add(asked);
                script.answer(asked);
            }
        } catch (IOException e) {
            // the client has left, or the script has ended the connection
        }
    }

    private static Asked read(InputStream in, OutputStream out) throws IOException {
        String[] lines = head(in).split("\r\n");
        Map<String, String> headers = new HashMap<>();
        for (int i = 1; i < lines.length; i++) {
            String[] header = lines[i].split(": *", 2);
            headers.put(header[0].toLowerCase(Locale.ROOT), header[1]);
        }
        byte[] body = in.readNBytes(Integer.parseInt(headers.get("content-length")));
        return new Asked(lines[0].split(" ")[1], headers, Json.read(body), out);
    }

    private static String head(InputStream in) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        while (!head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
            int read = in.read();
            if (read < 0) {
                throw new IOException("the client has left");
            }
            head.write(read);
        }
        return head.toString(StandardCharsets.ISO_8859_1);
    }

    @Override
    public void close() throws IOException {
        listener.close();
        try {
            acceptor.join(); // until then it may still take somebody in
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        cut();
    }
}
