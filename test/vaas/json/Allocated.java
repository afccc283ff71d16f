package vaas.json;

import java.lang.management.ManagementFactory;

/** What this thread has allocated: it tells more of a reader's cost than a heap that may be clean. */
final class Allocated {
    private Allocated() {}

    static long bytes() {
        return ((com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean())
                .getCurrentThreadAllocatedBytes();
    }
}
