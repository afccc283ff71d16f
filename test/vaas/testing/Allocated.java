package vaas.testing;

import java.lang.management.ManagementFactory;

/** What this thread has allocated, which tells a cost even where garbage is collected at once. */
public final class Allocated {
    private Allocated() {}

    public static long bytes() {
        return ((com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean())
                .getCurrentThreadAllocatedBytes();
    }
}
