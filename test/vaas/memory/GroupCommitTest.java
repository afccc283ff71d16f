package vaas.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import vaas.memory.GroupCommit.Batch;
import vaas.memory.GroupCommit.Outcome;
import vaas.testing.Await;

@Timeout(60)
class GroupCommitTest {
    private final GroupCommit commit = new GroupCommit();
    private final BlockingQueue<String> events = new LinkedBlockingQueue<>();

    /** Starts a thread that is known to wait when this returns. */
    private static Thread waiting(Runnable run) {
        Thread thread = new Thread(run);
        thread.setDaemon(true);
        thread.start();
        Await.waiting(thread);
        return thread;
    }

    private Thread leader() {
        return waiting(() -> {
            commit.beginForce();
            events.add("force");
        });
    }

    private Thread resetter() {
        return waiting(() -> {
            commit.beginReplace();
            events.add("replace");
            commit.end();
        });
    }

    @Test
    void onlyOneAtATimeHasTheRight() throws Exception {
        commit.beginForce();
        Thread next = leader();
        assertEquals(List.of(), List.copyOf(events));
        commit.end();
        next.join();
        assertEquals(List.of("force"), List.copyOf(events));
    }

    @Test
    void whoReplacesTheFileGoesBeforeTheNextForce() throws Exception {
        commit.beginForce();
        Thread leader = leader();
        List<Thread> resetters = new ArrayList<>(List.of(resetter(), resetter(), resetter()));
        commit.end();
        leader.join();
        for (Thread resetter : resetters) {
            resetter.join();
        }
        assertEquals(List.of("replace", "replace", "replace", "force"), List.copyOf(events));
    }

    @Test
    void allWhoWaitForABatchLearnWhatBecameOfIt() throws Exception {
        Batch batch = new Batch();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            threads.add(waiting(() -> {
                while (!batch.await()) {
                    // still waiting
                }
                events.add("settled");
            }));
        }
        assertFalse(batch.isSettled());
        batch.settle(Outcome.FORCED, null);
        for (Thread thread : threads) {
            thread.join();
        }
        assertEquals(5, events.size());
        assertTrue(batch.forced());
        assertTrue(batch.await(), "whoever comes late has nothing to wait for");
    }

    @Test
    void aBatchThatFailedSaysWhyAndOneThatAResetRemovedIsNotForced() throws IOException {
        Batch failed = new Batch();
        IOException cause = new IOException("no luck");
        failed.settle(Outcome.FAILED, cause);
        for (int i = 0; i < 2; i++) {
            assertSame(cause, assertThrows(MemoryUnavailableException.class, failed::forced)
                    .getCause());
        }
        Batch overtaken = new Batch();
        overtaken.settle(Outcome.RESET, null);
        assertFalse(overtaken.forced());
    }

    @Test
    void aBatchWithoutALeaderIsNotWaitedForForEver() {
        assertFalse(new Batch().await(), "so that a waiter can take over");
    }

    @Test
    void anInterruptDoesNotCutAWaitShortAndIsKept() throws Exception {
        Batch batch = new Batch();
        commit.beginForce();
        Thread waiting = waiting(() -> {
            while (!batch.await()) {
                // still waiting
            }
            events.add("interrupted: " + Thread.currentThread().isInterrupted());
        });
        waiting.interrupt();
        Thread resetter = waiting(() -> {
            commit.beginReplace();
            events.add("interrupted: " + Thread.currentThread().isInterrupted());
        });
        resetter.interrupt();
        assertEquals(List.of(), List.copyOf(events));
        batch.settle(Outcome.FORCED, null);
        commit.end();
        waiting.join();
        resetter.join();
        assertEquals(List.of("interrupted: true", "interrupted: true"), List.copyOf(events));
    }
}
