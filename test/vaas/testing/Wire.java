package vaas.testing;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** What lies between a client and a server on this machine; can be cut, and can lose answers. */
public final class Wire implements Closeable {
    private final ServerSocket clients = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final AtomicInteger toLose = new AtomicInteger();
    private final int server;
    private volatile boolean isCut;

    /** Leads to a port. */
    public Wire(int server) throws IOException {
        this.server = server;
        start(this::accept);
    }

    /** Where it begins. */
    public int port() {
        return clients.getLocalPort();
    }

    /** Ends all connections in the midst of whatever they carry, and every new one. */
    public void cut() throws IOException {
        isCut = true;
        for (Socket socket : open) {
            socket.close();
        }
    }

    public void mend() {
        isCut = false;
    }

    /** The next stretches that the server sends are lost, and the connections with them. */
    public void lose(int answers) {
        toLose.set(answers);
    }

    public boolean hasLost() {
        return toLose.get() == 0;
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
            Socket client = clients.accept();
            Socket target = new Socket(InetAddress.getLoopbackAddress(), server);
            open.add(client);
            open.add(target);
            if (isCut) {
                cut();
            }
            start(() -> carry(client, target, new AtomicInteger()));
            start(() -> carry(target, client, toLose));
        }
    }

    private static void carry(Socket from, Socket to, AtomicInteger lost) throws IOException {
        try (from; to) {
            byte[] bytes = new byte[64 << 10];
            for (int n = from.getInputStream().read(bytes); n >= 0;
                    n = from.getInputStream().read(bytes)) {
                if (lost.getAndUpdate(it -> Math.max(0, it - 1)) > 0) {
                    return;
                }
                to.getOutputStream().write(bytes, 0, n);
            }
        }
    }

    @Override
    public void close() throws IOException {
        clients.close();
        cut();
    }
}
