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

@Timeout(60)
class GroupCommitTest {
    private final GroupCommit commit = new GroupCommit();
    private final BlockingQueue<String> events = new LinkedBlockingQueue<>();

    /** Starts a thread that is known to wait when this returns. */
    private Thread waiting(Runnable run) {
        Thread thread = new Thread(run);
        thread.setDaemon(true);
        thread.start();
        Turns.awaitWaiting(thread);
        return thread;
    }

    private Thread waitingFor(Batch batch) {
        return waiting(() -> events.add(commit.awaitOrLead(batch) ? "leads" : "settled"));
    }

    @Test
    void theFirstOfABatchLeadsAndTheOthersWaitForIt() throws Exception {
        Batch batch = commit.newBatch();
        assertTrue(commit.awaitOrLead(batch));
        List<Thread> threads = List.of(waitingFor(batch), waitingFor(batch));
        commit.settle(batch, Outcome.FORCED, null);
        for (Thread thread : threads) {
            thread.join();
        }
        assertEquals(List.of("settled", "settled"), List.copyOf(events));
        assertTrue(commit.forced(batch));
        assertFalse(commit.awaitOrLead(batch), "whoever comes late has nothing to wait for");
    }

    @Test
    void whenTheRightFallsFreeOneOfTheNextBatchLeads() throws Exception {
        Batch first = commit.newBatch();
        assertTrue(commit.awaitOrLead(first));
        Batch second = commit.newBatch();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            threads.add(waitingFor(second));
        }
        commit.settle(first, Outcome.FORCED, null);
        commit.end(second);
        assertEquals("leads", events.take());
        commit.settle(second, Outcome.FORCED, null);
        for (Thread thread : threads) {
            thread.join();
        }
        assertEquals(List.of("settled", "settled", "settled", "settled"), List.copyOf(events));
    }

    @Test
    void whoComesWhenNobodyWaitedLeadsAtOnce() {
        commit.begin();
        Batch open = commit.newBatch();
        commit.end(open);
        assertTrue(commit.awaitOrLead(open));
    }

    @Test
    void whoWorksAloneGoesBeforeTheNextBatch() throws Exception {
        Batch first = commit.newBatch();
        assertTrue(commit.awaitOrLead(first));
        Batch second = commit.newBatch();
        waitingFor(second);
        Thread alone = waiting(() -> {
            commit.begin();
            events.add("alone");
        });
        waitingFor(second);
        commit.settle(first, Outcome.FORCED, null);
        commit.end(second);
        alone.join();
        assertEquals(List.of("alone"), List.copyOf(events), "while two of the batch wait");
        commit.end(second);
        events.take();
        assertEquals("leads", events.take());
    }

    @Test
    void onlyOneAtATimeWorksAlone() throws Exception {
        commit.begin();
        Batch open = commit.newBatch();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            threads.add(waiting(() -> {
                commit.begin();
                events.add("begin");
                commit.end(open);
            }));
            assertEquals(List.of(), List.copyOf(events));
        }
        commit.end(open);
        for (Thread thread : threads) {
            thread.join();
        }
        assertEquals(3, events.size());
        assertTrue(commit.awaitOrLead(open), "nobody has the right any more");
    }

    @Test
    void everyoneLearnsWhatBecameOfTheBatch() throws IOException {
        Batch failed = commit.newBatch();
        assertTrue(commit.awaitOrLead(failed));
        IOException cause = new IOException("no luck");
        commit.settle(failed, Outcome.FAILED, cause);
        for (int i = 0; i < 2; i++) {
            assertSame(cause, assertThrows(MemoryUnavailableException.class,
                    () -> commit.forced(failed)).getCause());
        }
        Batch overtaken = commit.newBatch();
        commit.settle(overtaken, Outcome.RESET, null);
        assertFalse(commit.awaitOrLead(overtaken), "settled before it had a leader");
        assertFalse(commit.forced(overtaken));
    }

    @Test
    void anInterruptDoesNotCutAWaitShortAndIsKept() throws Exception {
        Batch batch = commit.newBatch();
        assertTrue(commit.awaitOrLead(batch));
        Thread waiting = waiting(() -> {
            commit.awaitOrLead(batch);
            events.add("interrupted: " + Thread.currentThread().isInterrupted());
        });
        waiting.interrupt();
        Thread alone = waiting(() -> {
            commit.begin();
            events.add("interrupted: " + Thread.currentThread().isInterrupted());
        });
        alone.interrupt();
        assertEquals(List.of(), List.copyOf(events));
        commit.settle(batch, Outcome.FORCED, null);
        commit.end(commit.newBatch());
        waiting.join();
        alone.join();
        assertEquals(List.of("interrupted: true", "interrupted: true"), List.copyOf(events));
    }
}
