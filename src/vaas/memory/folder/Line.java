package vaas.memory.folder;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import vaas.memory.Conversations;
import vaas.memory.MemoryUnavailableException;
import vaas.memory.RefusedException;
import vaas.memory.RefusedException.Reason;

/**
 * Who wants to add a turn to one conversation, in the order in which they came. In a named one each
 * waits for all before; in the shared one only for those with the same key. Safe for concurrent
 * use; its monitor is a leaf.
 */
final class Line {
    /** Most that wait; who is at work is not among them. */
    static final int WAITING_MAX = 16;

    private final boolean oneByOne;
    private final AtomicInteger waitingInAll;
    private final Turn begins;

    // Guarded by this.
    private final Deque<Spot> spots = new ArrayDeque<>();
    private int waiting;
    private boolean closed;

    /** What has to be fine when somebody's turn comes. */
    interface Turn {
        void begins() throws IOException;
    }

    Line(boolean oneByOne, AtomicInteger waitingInAll, Turn begins) {
        this.oneByOne = oneByOne;
        this.waitingInAll = waitingInAll;
        this.begins = begins;
    }

    /** Takes a spot at the end. */
    synchronized Spot enter(String key, String text) throws RefusedException {
        Spot spot = new Spot(key, text);
        if (!oneByOne && key == null) {
            return spot; // waits for nobody, and nobody for it
        }
        for (Spot other : spots) {
            if (spot.hasKeyOf(other) && !text.equals(other.text)) {
                throw new RefusedException(Reason.KEY_REUSED);
            }
        }
        if (!spot.isNext() && waiting >= WAITING_MAX) {
            throw new RefusedException(Reason.LINE_FULL);
        }
        spot.setWaiting(!spot.isNext());
        spots.addLast(spot);
        return spot;
    }

    /** Nobody's turn comes any more. */
    synchronized void close() {
        closed = true;
        notifyAll();
    }

    /** A place in the line, until it is closed. Used by one thread. */
    final class Spot implements Conversations.Place {
        private final String key; // or null
        private final String text;
        private boolean waits; // guarded by the line

        private Spot(String key, String text) {
            this.key = key;
            this.text = text;
        }

        /** {@inheritDoc} It waits for all before that are in its way. */
        @Override
        public boolean await(Duration patience) throws IOException {
            boolean next = awaitNext(patience);
            if (next) {
                begins.begins();
            }
            return next;
        }

        private boolean awaitNext(Duration patience) throws MemoryUnavailableException {
            long end = System.nanoTime() + patience.toNanos();
            synchronized (Line.this) {
                boolean interrupted = false;
                long left = patience.toNanos();
                while (!isNext() && !closed && left > 0) {
                    try {
                        TimeUnit.NANOSECONDS.timedWait(Line.this, left);
                    } catch (InterruptedException e) { // kept for the caller
                        interrupted = true;
                    }
                    left = end - System.nanoTime();
                }
                if (interrupted) {
                    Thread.currentThread().interrupt();
                }
                if (closed) {
                    throw new MemoryUnavailableException("the memory is closed", null);
                }
                setWaiting(!isNext());
                return isNext();
            }
        }

        @Override
        public void close() {
            synchronized (Line.this) {
                setWaiting(false);
                spots.remove(this);
                Line.this.notifyAll();
            }
        }

        private boolean hasKeyOf(Spot other) {
            return key != null && Objects.equals(key, other.key);
        }

        // It is next if nobody before it is in its way.
        private boolean isNext() {
            for (Spot other : spots) {
                if (other == this) {
                    return true;
                } else if (oneByOne || hasKeyOf(other)) {
                    return false;
                }
            }
            return true;
        }

        private void setWaiting(boolean now) {
            int change = (now ? 1 : 0) - (waits ? 1 : 0);
            waits = now;
            waiting += change;
            waitingInAll.addAndGet(change);
        }
    }
}
