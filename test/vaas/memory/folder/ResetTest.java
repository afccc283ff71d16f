package vaas.memory.folder;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static vaas.testing.Talk.turns;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import vaas.disk.Disk;
import vaas.disk.Failing;
import vaas.disk.FaultyDisk;
import vaas.disk.Handles;
import vaas.json.Json;
import vaas.json.JsonException;
import vaas.memory.Memory;
import vaas.memory.MemoryUnavailableException;
import vaas.memory.Requester;
import vaas.testing.Await;
import vaas.testing.LogLines;
import vaas.testing.Talk;

/** What is said, and what is left, when a disk refuses a turn or a part of a reset. */
@Timeout(60)
@ExtendWith(Handles.class)
class ResetTest {
    private final FaultyDisk disk = new FaultyDisk();

    private Map<String, Object> lastAudit() throws JsonException {
        List<String> lines = disk.text(AuditLog.FILE_NAME).lines().toList();
        return Json.read(lines.get(lines.size() - 1));
    }

    private void checkAudit(String outcome, int records, int generation) throws JsonException {
        Map<String, Object> entry = lastAudit();
        assertEquals(outcome, entry.get("outcome"));
        assertEquals(records, entry.get("records_removed"));
        assertEquals(records > 0, (int) entry.get("bytes_removed") > 0);
        assertEquals(generation, entry.get("generation"));
    }

    @Test
    void aSyncThatFailsIsToldInTheDisksWordsWithThePath() throws IOException {
        try (LogLines log = LogLines.listen(); Talk talk = Talk.open(disk)) {
            talk.say(1, 3);
            disk.failWhen((call, count) -> call.equals("sync"));
            String first = assertThrows(MemoryUnavailableException.class, () -> talk.say(4, 4))
                    .getMessage();
            disk.heal();
            String later = assertThrows(MemoryUnavailableException.class, () -> talk.say(5, 5))
                    .getMessage();
            for (String told : List.of(first, later, log.with("refusing writes").get(0))) {
                assertTrue(told.contains("no luck with sync"), told);
            }
            String path = FaultyDisk.FOLDER.resolve(MemoryFolder.SHARED_FILE).toString();
            assertTrue(log.with("refusing writes").get(0).contains(path));
        }
    }

    @Test
    void whereTheOldFileCannotBeWipedTheAuditTellsWhatIsForgottenAllTheSame() throws Exception {
        try (Talk talk = Talk.open(disk)) {
            talk.say(1, 3);
            disk.failWhen((call, count) -> call.equals("truncate"));
            String refused = assertThrows(IOException.class,
                    () -> talk.memory.resetMemory(Requester.SELF)).getMessage();
            assertTrue(refused.contains("no luck with truncate"), refused);
            checkAudit("forgotten, not wiped", 6, 1);
            assertEquals(List.of(), talk.all());
            talk.say(4, 4);
            assertTrue(disk.holds("q3"), "so it is");
            disk.heal();
            talk.memory.resetMemory(Requester.SELF);
            assertFalse(disk.holds("q3"), "asking again wipes what was left");
            checkAudit("ok", 2, 2);
        }
    }

    @Test
    void whereTheFolderCannotBeSyncedTheAuditTellsSo() throws Exception {
        try (Talk talk = Talk.open(disk)) {
            talk.memory.resetMemory(Requester.SELF);
            talk.say(1, 3);
            disk.failWhen((call, count) -> call.equals("syncFolder"));
            String refused = assertThrows(IOException.class,
                    () -> talk.memory.resetMemory(Requester.SELF)).getMessage();
            assertTrue(refused.contains("no luck with syncFolder"), refused);
            checkAudit("forgotten, not durable", 6, 2);
            assertFalse(disk.holds("q3"), "whatever name a crash brings back");
            assertEquals(List.of(), talk.all());
            assertThrows(MemoryUnavailableException.class, () -> talk.say(4, 4));
            disk.heal();
            talk.memory.resetMemory(Requester.SELF);
            checkAudit("ok", 0, 3);
            talk.say(5, 5);
            assertEquals(turns(5, 5), talk.all());
        }
    }

    /** As if nobody read the log: whoever writes to it waits. */
    private static final class UnreadLog extends Handler implements AutoCloseable {
        private final CountDownLatch read = new CountDownLatch(1);
        private final CountDownLatch written = new CountDownLatch(1);

        UnreadLog() {
            Logger.getLogger("vaas.memory").addHandler(this);
        }

        @Override
        public void publish(LogRecord line) {
            if (line.getMessage().contains("refusing writes")) {
                written.countDown();
                Await.latch(read);
            }
        }

        @Override
        public void flush() {
            // nothing is held back
        }

        @Override
        public void close() {
            read.countDown();
            Logger.getLogger("vaas.memory").removeHandler(this);
        }
    }

    @Test
    void aLogThatNobodyReadsHoldsUpNoReset() throws Exception {
        try (LogLines all = LogLines.listen(); UnreadLog log = new UnreadLog();
                Talk talk = Talk.open(disk)) {
            disk.failWhen((call, count) -> call.equals("sync"));
            FutureTask<Object> turn = new FutureTask<>(() ->
                    talk.memory.insert(talk.now(), "q1", "a1"));
            new Thread(turn).start();
            log.written.await();
            disk.heal();
            talk.memory.resetMemory(Requester.SELF);
            talk.say(2, 2);
            assertEquals(turns(2, 2), talk.all());
            log.read.countDown();
            assertThrows(Exception.class, turn::get);
            assertEquals(1, all.with("refusing writes").size());
        }
    }

    /** Readers that begin one after the other, at each disk call of a reset. */
    private static final class Readers {
        private final Memory memory;
        private final List<FutureTask<Integer>> reads = new ArrayList<>();
        /** Whether one before had seen nothing. */
        private final List<Boolean> afterNothing = new ArrayList<>();

        Readers(Memory memory) {
            this.memory = memory;
        }

        void another() {
            afterNothing.add(reads.stream().anyMatch(it -> it.isDone() && seen(it) == 0));
            FutureTask<Integer> read = new FutureTask<>(() -> memory.latest(20).records().size());
            reads.add(read);
            Thread thread = new Thread(read);
            thread.start();
            Waiting.untilHeldUp(thread);
        }

        static int seen(FutureTask<Integer> read) {
            try {
                return read.get();
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        }

        void check(String when) {
            for (int i = 0; i < reads.size(); i++) {
                int seen = seen(reads.get(i));
                assertTrue(seen == 0 || seen == 6 && !afterNothing.get(i), when + " reader " + i
                        + " of " + reads.size() + " has seen " + seen);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {20, 2})
    void onAFullDiskNobodySeesTheOldRecordsOnceOneHasSeenNothing(int windowRecords)
            throws IOException {
        boolean failed = true;
        for (int at = 0; failed; at++) { // at 0 nothing else fails
            FaultyDisk full = FaultyDisk.with(Talk.file(3));
            int failing = at;
            try (Talk talk = Talk.open(MemoryFolder.at(FaultyDisk.FOLDER).disk(full)
                    .clock(Talk.CLOCK).windowRecords(windowRecords))) {
                Readers readers = new Readers(talk.memory);
                Thread resetting = Thread.currentThread();
                int[] calls = {0};
                boolean[] hit = {false};
                full.failWhen((call, count) -> {
                    if (Thread.currentThread() != resetting) {
                        return false;
                    }
                    readers.another();
                    hit[0] |= ++calls[0] == failing;
                    return calls[0] == failing || call.equals("create");
                });
                boolean done = Failing.succeeds(() -> talk.memory.resetMemory(Requester.SELF));
                full.heal();
                readers.another();
                readers.check("failing at " + failing);
                assertTrue(!done || talk.all().isEmpty());
                failed = hit[0] || failing == 0;
            }
        }
    }

    @Test
    void whoReadsWhileTheFileIsCutInPlaceSeesNothingBeforeTheReset() throws Exception {
        FaultyDisk full = FaultyDisk.with(Talk.file(3));
        CountDownLatch reading = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        List<FutureTask<Integer>> reads = new ArrayList<>();
        Memory[] memory = {null};
        Disk slow = calling(Disk.class, full, (name, call) -> {
            Object made = call.call();
            boolean toRead = name.equals("openToRead")
                    && Thread.currentThread().getName().equals("slow");
            return !name.startsWith("open") ? made
                    : calling(Disk.Handle.class, (Disk.Handle) made, (done, step) -> {
                        if (toRead && done.equals("read")) {
                            reading.countDown();
                            Await.latch(goOn);
                        }
                        Object result = step.call();
                        if (done.equals("truncate") && memory[0] != null) { // cut, but not said
                            goOn.countDown();
                            Waiting.until(() -> reads.get(0).isDone() || isHeldUp("slow"));
                            read(memory[0], "later", reads);
                        }
                        return result;
                    });
        });
        try (Talk talk = Talk.open(MemoryFolder.at(FaultyDisk.FOLDER).disk(slow)
                .clock(Talk.CLOCK).windowRecords(2))) {
            read(talk.memory, "slow", reads);
            reading.await();
            full.failWhen((call, count) -> call.equals("create"));
            memory[0] = talk.memory;
            talk.memory.resetMemory(Requester.SELF);
            memory[0] = null;
            assertEquals(List.of(0, 0), List.of(reads.get(0).get(), reads.get(1).get()));
        }
    }

    private static boolean isHeldUp(String name) {
        return Thread.getAllStackTraces().keySet().stream().anyMatch(
                it -> it.getName().equals(name) && it.getState() == Thread.State.WAITING);
    }

    private static void read(Memory memory, String name, List<FutureTask<Integer>> reads) {
        int records = name.equals("slow") ? 20 : 2; // from the file, or from the window
        FutureTask<Integer> read = new FutureTask<>(() -> memory.latest(records).records().size());
        reads.add(read);
        Thread thread = new Thread(read, name);
        thread.start();
        Waiting.untilHeldUp(thread);
    }

    /** Something that lets a test do something around each of its calls. */
    private static <T> T calling(Class<T> type, T real, Around around) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type},
                (proxy, method, args) -> around.call(method.getName(), () -> {
                    try {
                        return method.invoke(real, args);
                    } catch (InvocationTargetException e) {
                        throw (Exception) e.getCause();
                    }
                })));
    }

    private interface Around {
        Object call(String name, Callable<Object> real) throws Exception;
    }
}
