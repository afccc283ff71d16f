package vaas.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.concurrent.Semaphore;

/**
 * How many bytes of request bodies may be held at a time, by all requests together: each within
 * its own bound, a few dozen large ones would still fill the heap. The first 64 KiB of a body are
 * free, so that short messages are never refused for the sake of long ones.
 */
final class BodyBudget {
    private static final int STEP_BYTES = 64 << 10;
    /** A body costs several times its size once it is text, and again once it is a prompt. */
    private static final int HEAP_SHARE = 16;
    private static final int ONE_BODY_SHARE = 32;

    private final Semaphore steps;

    /** The greatest length of one body: what is asked for, or what a small heap can take. */
    static int bodyBytesMax(long heapBytes, int wanted) {
        return (int) Math.min(wanted, Math.max(STEP_BYTES, heapBytes / ONE_BODY_SHARE));
    }

    /**
     * Sets it up.
     *
     * @param heapBytes of which a share is given to bodies
     * @param bodyBytesMax of one body, which always fits
     */
    BodyBudget(long heapBytes, int bodyBytesMax) {
        long bytes = Math.max(heapBytes / HEAP_SHARE, bodyBytesMax + 2L * STEP_BYTES);
        steps = new Semaphore((int) Math.min(bytes / STEP_BYTES, Integer.MAX_VALUE));
    }

    /** What one request holds of the budget. Used by one thread. */
    final class Share implements AutoCloseable {
        private int held;

        /** Reads to the end, or to a byte past the bound; throws 503 if others hold too much. */
        byte[] read(InputStream in, int bytesMax) throws IOException, Problem {
            ByteArrayOutputStream body = new ByteArrayOutputStream();
            byte[] step = in.readNBytes(Math.min(STEP_BYTES, bytesMax + 1));
            body.writeBytes(step);
            while (step.length == STEP_BYTES && body.size() <= bytesMax) {
                take();
                step = in.readNBytes(Math.min(STEP_BYTES, bytesMax + 1 - body.size()));
                body.writeBytes(step);
            }
            return body.toByteArray();
        }

        private void take() throws Problem {
            if (!steps.tryAcquire()) {
                throw new Problem(503, "Too many large requests are under way.",
                        Map.of("Retry-After", "1"));
            }
            held++;
        }

        @Override
        public void close() {
            steps.release(held);
        }
    }

    Share share() {
        return new Share();
    }
}
