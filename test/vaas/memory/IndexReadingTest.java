package vaas.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import vaas.testing.Await;

@Timeout(60)
class IndexReadingTest {
    private static final byte[] SHORT = Turns.lines(1, 3000); // under 1 MiB, more than one step
    private static final byte[] LONG = Turns.lines(1, 20_000); // over 1 MiB

    private static SparseIndex indexOf(byte[] file) {
        return new SparseIndex("file", file.length);
    }

    private static long closes(FaultyDisk disk) {
        synchronized (disk) {
            return disk.calls.stream().filter("close"::equals).count();
        }
    }

    @Test
    void aShortFileIsReadBeforeStartReturns() throws IOException {
        FaultyDisk disk = FaultyDisk.with(SHORT);
        SparseIndex index = indexOf(SHORT);
        IndexReading reading = IndexReading.start(index, Turns.open(disk), SHORT.length);
        assertEquals(OptionalLong.of(6000), index.records());
        assertEquals(1, closes(disk), "the reader is given back");
        reading.close();
        assertEquals(1, closes(disk));
    }

    @Test
    void aLongFileIsReadToItsEndBesideOtherWork() throws Exception {
        FaultyDisk disk = FaultyDisk.with(LONG);
        CountDownLatch goOn = new CountDownLatch(1);
        disk.failWhen((call, count) -> {
            await(goOn, call);
            return false;
        });
        SparseIndex index = indexOf(LONG);
        IndexReading.start(index, Turns.open(disk), LONG.length);
        assertEquals(OptionalLong.empty(), index.records());
        goOn.countDown();
        while (closes(disk) == 0) {
            Thread.onSpinWait();
        }
        assertEquals(OptionalLong.of(40_000), index.records());
    }

    @Test
    void closingWaitsForOneStepOnlyAndKeepsAnInterrupt() throws Exception {
        FaultyDisk disk = FaultyDisk.with(LONG);
        CountDownLatch reads = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        Disk.Handle reader = Turns.open(disk);
        disk.failWhen((call, count) -> {
            reads.countDown();
            await(goOn, call);
            return false;
        });
        SparseIndex index = indexOf(LONG);
        IndexReading reading = IndexReading.start(index, reader, LONG.length);
        reads.await();
        boolean[] interrupted = {false};
        Thread closing = new Thread(() -> {
            reading.close();
            interrupted[0] = Thread.currentThread().isInterrupted();
        });
        closing.start();
        Await.waiting(closing);
        closing.interrupt();
        goOn.countDown();
        closing.join();
        assertTrue(interrupted[0]);
        assertEquals(2048, index.count(), "the step that was under way");
        assertEquals(1, closes(disk));
    }

    @Test
    void aFileThatCannotBeReadStopsTheCountingAndNothingElse() throws IOException {
        FaultyDisk disk = FaultyDisk.with(SHORT);
        Disk.Handle reader = Turns.open(disk);
        disk.failWhen((call, count) -> call.equals("read") && count > 1);
        SparseIndex index = indexOf(SHORT);
        IndexReading.start(index, reader, SHORT.length).close();
        assertEquals(OptionalLong.empty(), index.records());
        assertEquals(1, closes(disk));
    }

    private static void await(CountDownLatch latch, String call) {
        try {
            if (call.equals("read")) {
                latch.await();
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
