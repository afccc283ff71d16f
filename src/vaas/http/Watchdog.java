package vaas.http;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Frees threads from clients that don't read their answers. One daemon thread looks after all
 * answers, and ends a while after the last; it interrupts a thread that is inside one write of at
 * most 16 KiB which has not returned for so long. What flows is never cut, however long it takes.
 *
 * <p>The interrupt is given under a lock that begin and end of a write take too, so it hits nothing
 * else: not the thread's next request, and not the memory, whose file an interrupt would close.
 */
public final class Watchdog {
    private static final int PIECE_BYTES = 16 << 10;
    private static final int LOOKS = 8; // within the patience

    private final long patienceNanos;
    private final ScheduledExecutorService timer;
    private final Set<Watch> watches = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean looking = new AtomicBoolean(); // while a look is to come

    /** A watchdog that cuts a write that takes longer than that. */
    public Watchdog(Duration patience) {
        this(patience, Workers.timer("vaas-watchdog"));
    }

    Watchdog(Duration patience, ScheduledExecutorService timer) {
        this.patienceNanos = patience.toNanos();
        this.timer = timer;
    }

    /** Begins to look after the answer that this thread writes. */
    Watch watch() {
        Watch watch = new Watch();
        watches.add(watch);
        try {
            lookLater();
        } catch (RuntimeException | Error e) { // there is no thread for it
            watch.close();
            throw e;
        }
        return watch;
    }

    // One look for all, so that an answer costs no timer of its own.
    private void lookLater() {
        if (!looking.get() && looking.compareAndSet(false, true)) {
            try {
                timer.schedule(
                        this::look, Math.max(1, patienceNanos / LOOKS), TimeUnit.NANOSECONDS);
            } catch (RuntimeException | Error e) {
                looking.set(false); // or nobody would try again
                throw e;
            }
        }
    }

    private void look() {
        try {
            watches.forEach(watch -> watch.check(System.nanoTime()));
        } finally {
            looking.set(false);
            if (!watches.isEmpty()) { // asked after that: whoever comes between sees to it
                lookLater();
            }
        }
    }

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
        private long bytes; // used by the writer only

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
            return new Pieces(out);
        }

        long bytes() {
            return bytes;
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
            watches.remove(this);
        }

        private final class Pieces extends OutputStream {
            private final OutputStream out;

            Pieces(OutputStream out) {
                this.out = out;
            }

            @Override
            public void write(int octet) throws IOException {
                write(new byte[] {(byte) octet}, 0, 1);
            }

            @Override
            public void write(byte[] from, int offset, int length) throws IOException {
                int end = offset + length;
                for (int at = offset; at < end; at += PIECE_BYTES) {
                    int start = at;
                    int piece = Math.min(PIECE_BYTES, end - start);
                    run(() -> out.write(from, start, piece));
                    bytes += piece;
                }
            }

            @Override
            public void flush() throws IOException {
                run(out::flush);
            }

            @Override
            public void close() throws IOException {
                run(out::close);
            }
        }
    }
}
