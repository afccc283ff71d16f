package vaas.http;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Frees threads from clients that don't read their answers. One daemon thread looks after all
 * answers, and ends when there are none; it interrupts a thread that is inside one write of at most
 * 16 KiB which has not returned for so long. What flows is never cut, however long it takes.
 *
 * <p>The interrupt is given under a lock that begin and end of a write take too, so it hits nothing
 * else: not the thread's next request, and not the memory, whose file an interrupt would close.
 */
public final class Watchdog {
    private static final int PIECE_BYTES = 16 << 10;
    private static final int LOOKS = 8; // within the patience

    private final long patienceNanos;
    private final Object lock = new Object();
    // Guarded by lock.
    private final Set<Watch> watches = new HashSet<>();
    private boolean running;

    /** A watchdog that cuts a write that takes longer than that. */
    public Watchdog(Duration patience) {
        this.patienceNanos = patience.toNanos();
    }

    /** Begins to look after the answer that this thread writes. */
    Watch watch() {
        Watch watch = new Watch();
        synchronized (lock) {
            watches.add(watch);
            if (!running) {
                running = true;
                Thread thread = new Thread(this::look, "vaas-watchdog");
                thread.setDaemon(true);
                thread.start();
            }
        }
        return watch;
    }

    private void look() {
        try {
            while (hasWork()) {
                Thread.sleep(Math.max(1, patienceNanos / LOOKS / 1_000_000));
                for (Watch watch : all()) {
                    watch.check(System.nanoTime());
                }
            }
        } catch (InterruptedException e) {
            synchronized (lock) {
                running = false; // not ours; the next answer starts another
            }
        }
    }

    private boolean hasWork() {
        synchronized (lock) {
            running = !watches.isEmpty();
            return running;
        }
    }

    private List<Watch> all() {
        synchronized (lock) {
            return List.copyOf(watches);
        }
    }

    /** Something that writes to the client. */
    @FunctionalInterface
    interface Write {
        void run() throws IOException;
    }

    /** Looks after one answer. Used by the thread that writes it, and by the watchdog's own. */
    final class Watch implements AutoCloseable {
        // Guarded by this.
        private Thread writer; // null outside of a write
        private long startNanos;
        private boolean cut;

        /** Runs one write; one that is cut fails, and leaves no interrupt behind. */
        void run(Write write) throws IOException {
            begin();
            try {
                write.run();
            } finally {
                end();
            }
            if (cut) {
                throw new InterruptedIOException("the client does not read");
            }
        }

        /** A stream that is watched, in pieces. */
        OutputStream over(OutputStream out) {
            return new Pieces(this, out);
        }

        /** Interrupts the writer if its write has lasted too long at that time. */
        synchronized void check(long nowNanos) {
            if (writer != null && !cut && nowNanos - startNanos > patienceNanos) {
                cut = true;
                writer.interrupt();
            }
        }

        private synchronized void begin() {
            writer = Thread.currentThread();
            startNanos = System.nanoTime();
        }

        private synchronized void end() {
            writer = null;
            if (cut) {
                Thread.interrupted();
            }
        }

        @Override
        public void close() {
            synchronized (lock) {
                watches.remove(this);
            }
        }
    }

    /** Passes on what is written, a piece at a time. */
    private static final class Pieces extends OutputStream {
        private final Watch watch;
        private final OutputStream out;

        Pieces(Watch watch, OutputStream out) {
            this.watch = watch;
            this.out = out;
        }

        @Override
        public void write(int octet) throws IOException {
            watch.run(() -> out.write(octet));
        }

        @Override
        public void write(byte[] from, int offset, int length) throws IOException {
            int written = 0;
            while (written < length) {
                int start = offset + written;
                int piece = Math.min(PIECE_BYTES, length - written);
                watch.run(() -> out.write(from, start, piece));
                written += piece;
            }
        }

        @Override
        public void flush() throws IOException {
            watch.run(out::flush);
        }

        @Override
        public void close() throws IOException {
            watch.run(out::close);
        }
    }
}
