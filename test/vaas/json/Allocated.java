package vaas.json;

import java.lang.management.ManagementFactory;

/** What this thread has allocated, which tells a cost even where garbage is collected at once. */
final class Allocated {
    private Allocated() {}

    static long bytes() {
        return ((com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean())
                .getCurrentThreadAllocatedBytes();
    }
}
