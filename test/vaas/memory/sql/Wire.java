package vaas.memory.sql;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicInteger;

/** Stands between servers and their database, and can lose answers. */
final class Wire implements Closeable {
    private final ServerSocket listening = new ServerSocket(0, 50,
            InetAddress.getLoopbackAddress());
    private final int port;
    private final AtomicInteger toLose = new AtomicInteger();

    Wire(int databasePort) throws IOException {
        port = databasePort;
        begin(() -> {
            while (true) {
                connect(listening.accept());
            }
        });
    }

    int port() {
        return listening.getLocalPort();
    }

    /** The next answers of the database are lost, and the connections with them. */
    void lose(int answers) {
        toLose.set(answers);
    }

    boolean hasLost() {
        return toLose.get() == 0;
    }

    private interface Task {
        void run() throws IOException;
    }

    private static void begin(Task task) {
        Thread thread = new Thread(() -> {
            try {
                task.run();
            } catch (IOException e) {
                // the end of it
            }
        });
        thread.setDaemon(true);
        thread.start();
    }

    private void connect(Socket client) throws IOException {
        Socket database = new Socket(InetAddress.getLoopbackAddress(), port);
        begin(() -> pass(client, database, false));
        begin(() -> pass(database, client, true));
    }

    private void pass(Socket from, Socket to, boolean answers) throws IOException {
        try (from; to; InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream()) {
            byte[] buffer = new byte[1 << 16];
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                if (answers && toLose.getAndUpdate(it -> Math.max(0, it - 1)) > 0) {
                    return;
                }
                out.write(buffer, 0, read);
                out.flush();
            }
        }
    }

    @Override
    public void close() throws IOException {
        listening.close();
    }
}
