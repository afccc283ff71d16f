package vaas.face;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** What lies between a browser and a server, and can be cut. */
final class Wire implements Closeable {
    private final ServerSocket browsers = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final URI server;
    private volatile boolean isCut;

    Wire(URI server) throws IOException {
        this.server = server;
        start(this::accept);
    }

    URI url() {
        return URI.create("http://127.0.0.1:" + browsers.getLocalPort());
    }

    /** Ends all connections in the midst of whatever they carry, and every new one. */
    void cut() throws IOException {
        isCut = true;
        for (Socket socket : open) {
            socket.close();
        }
    }

    void mend() {
        isCut = false;
    }

    private interface Task {
        void run() throws IOException;
    }

    private static void start(Task task) {
        Thread thread = new Thread(() -> {
            try {
                task.run();
            } catch (IOException e) {
                // it was cut, or is closed
            }
        }, "wire");
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() throws IOException {
        while (true) {
            Socket browser = browsers.accept();
            Socket target = new Socket(server.getHost(), server.getPort());
            open.add(browser);
            open.add(target);
            if (isCut) {
                cut();
            }
            start(() -> carry(browser, target));
            start(() -> carry(target, browser));
        }
    }

    private static void carry(Socket from, Socket to) throws IOException {
        try (from; to) {
            byte[] bytes = new byte[8 << 10];
            for (int n = from.getInputStream().read(bytes); n >= 0;
                    n = from.getInputStream().read(bytes)) {
                to.getOutputStream().write(bytes, 0, n);
            }
        }
    }

    @Override
    public void close() throws IOException {
        browsers.close();
        cut();
    }
}
