package vaas;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.concurrent.TimeUnit;

/**
 * Standard error behind a queue, so that who writes never waits, also where it is a pipe that
 * nobody reads. A daemon thread passes on what comes; what finds the queue full is dropped and
 * counted. Safe for concurrent use.
 */
final class LogQueue extends OutputStream {
    /** Some 2,000 lines, as many again while they are being passed on. */
    private static final int BYTES_MAX = 256 << 10;

    private final PrintStream target;
    // All guarded by this.
    private final ByteArrayOutputStream line = new ByteArrayOutputStream(); // until it is flushed
    private final ByteArrayOutputStream waiting = new ByteArrayOutputStream();
    private boolean passing; // what waited before
    private long dropped;

    private LogQueue(PrintStream target) {
        this.target = target;
    }

    /** Begins to pass on what will be written. */
    static LogQueue to(PrintStream target) {
        LogQueue queue = new LogQueue(target);
        Thread thread = new Thread(queue::passOn, "vaas-log");
        thread.setDaemon(true);
        thread.start();
        return queue;
    }

    @Override
    public void write(int b) {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public synchronized void write(byte[] bytes, int start, int count) {
        line.write(bytes, start, count);
        if (line.size() > BYTES_MAX) {
            flush();
        }
    }

    @Override
    public synchronized void flush() {
        line(line.toByteArray());
        line.reset();
    }

    /** Writes one line, or several, as a whole. */
    synchronized void line(byte[] bytes) {
        if (waiting.size() + bytes.length <= BYTES_MAX) {
            waiting.writeBytes(bytes);
            notifyAll();
        } else if (bytes.length > 0) {
            dropped++;
        }
    }

    synchronized long dropped() {
        return dropped;
    }

    /** Waits until all is passed on, but a second at most. */
    synchronized void drain() {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(1);
        try {
            while (end - System.nanoTime() > 0 && (passing || waiting.size() > 0)) {
                TimeUnit.NANOSECONDS.timedWait(this, end - System.nanoTime());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void passOn() {
        long told = 0;
        while (true) {
            byte[] bytes = next();
            target.write(bytes, 0, bytes.length);
            target.flush();
            long lost = passed() - told;
            told += lost;
            if (lost > 0) {
                System.getLogger(LogQueue.class.getName()).log(System.Logger.Level.WARNING,
                        "{0} lines of the log were dropped, because nobody read it",
                        Long.toString(lost));
            }
        }
    }

    private synchronized byte[] next() {
        while (waiting.size() == 0) {
            try {
                wait();
            } catch (InterruptedException e) {
                continue; // nobody interrupts it, and it ends with the process
            }
        }
        byte[] bytes = waiting.toByteArray();
        waiting.reset();
        passing = true;
        return bytes;
    }

    private synchronized long passed() {
        passing = false;
        notifyAll();
        return dropped;
    }
}
