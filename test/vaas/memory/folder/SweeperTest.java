package vaas.memory.folder;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static vaas.testing.Talk.turns;

import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import vaas.disk.FaultyDisk;
import vaas.disk.Handles;
import vaas.testing.LogLines;
import vaas.testing.Talk;

/** The one thread that works behind: when it is there, and that it is never in the way. */
@Timeout(20)
@ExtendWith(Handles.class)
class SweeperTest {
    private static final byte[] LARGE = large(); // some 75 reads

    private static byte[] large() {
        StringBuilder lines = new StringBuilder();
        String text = "x".repeat(2400);
        for (int i = 1; i <= 1000; i++) {
            lines.append(Lines.question(i, text, Lines.WHEN))
                    .append(Lines.answer(i, text, Lines.WHEN));
        }
        return Lines.utf8(lines.toString());
    }

    /** Of folders that other tests may have left open. */
    private final Set<Thread> others = Waiting.sweepers();

    private long sweepers() {
        return Waiting.sweepers().stream().filter(it -> !others.contains(it)).count();
    }

    /** Whether the thread has done all that it can do for now. */
    private boolean isOver(Talk talk) {
        return talk.memory.size().isPresent() && Waiting.sweepers().stream()
                .filter(it -> !others.contains(it))
                .allMatch(it -> it.getState() == Thread.State.TIMED_WAITING);
    }

    private static MemoryFolder.Options on(FaultyDisk disk) {
        return MemoryFolder.at(FaultyDisk.FOLDER).disk(disk).clock(Talk.CLOCK);
    }

    @Test
    void whatWasThereAtTheStartIsCountedBehind() throws IOException {
        try (Talk talk = Talk.open(on(FaultyDisk.with(LARGE)))) {
            Waiting.until(() -> talk.memory.size().isPresent());
            assertEquals(2000, talk.memory.size().orElseThrow());
            talk.say(1001, 1001);
            assertEquals(2002, talk.memory.size().orElseThrow());
        }
    }

    @Test
    void withLimitsAFolderHasOneThreadUntilItIsClosed() throws IOException {
        try (Talk talk = Talk.open(on(new FaultyDisk()).maxRecords(8).maxBytes(3000)
                .maxAge(Duration.ofDays(3)))) {
            talk.say(1, 30);
            assertEquals(1, sweepers());
        }
        assertEquals(0, sweepers());
    }

    @Test
    void aRewriteThatFailsIsLoggedAndNotTriedAgainWithEachTurn() throws IOException {
        FaultyDisk disk = new FaultyDisk();
        disk.failWhen((call, count) -> Waiting.isSweeping() && call.equals("create"));
        try (LogLines log = LogLines.listen(); Talk talk = Talk.open(on(disk).maxRecords(4))) {
            talk.say(1, 10);
            Waiting.until(() -> !log.with("limits").isEmpty());
            talk.say(11, 300);
            assertEquals(1, log.with("limits").size(), log.all().toString());
            assertTrue(log.with("limits").get(0).contains("no luck with create"),
                    log.all().toString());
            assertEquals(turns(1, 300), talk.all(), "chats go on");
        }
    }

    @Test
    void anErrorDoesNotEndIt() throws IOException {
        FaultyDisk disk = new FaultyDisk();
        disk.failWhen((call, count) -> {
            if (Waiting.isSweeping()) {
                throw new StackOverflowError("thrown by a test");
            }
            return false;
        });
        try (LogLines log = LogLines.listen(); Talk talk = Talk.open(on(disk).maxRecords(4))) {
            Waiting.until(() -> log.with("limits").size() == 1);
            talk.say(1, 9);
            assertEquals(1, sweepers());
            assertTrue(talk.memory.isWritable());
        }
    }

    @Test
    void closingEndsWithinAMomentWhereverCountingIs() throws Exception {
        for (int at = 1; endsSoon(plain(), "read", at); at += 20) {
            // until it is through before that
        }
    }

    @Test
    void closingEndsWithinAMomentWhereverALimitSearches() throws Exception {
        for (int at = 1; endsSoon(plain().maxRecords(1200)
                .maxAge(Duration.ofNanos(1_000_000)), "read", at); at += 60) {
            // until it is through before that
        }
    }

    @Test
    void closingEndsWithinAMomentWhereverALimitCopies() throws Exception {
        for (int at = 1; endsSoon(plain().maxRecords(1998), "write", at);
                at += 20) {
            // until it is through before that
        }
    }

    private static MemoryFolder.Options plain() {
        return MemoryFolder.at(FaultyDisk.FOLDER).clock(Talk.CLOCK);
    }

    /** Closes while a call is made behind; false if there are not so many. */
    private boolean endsSoon(MemoryFolder.Options options, String call, int at)
            throws Exception {
        return new Closing(options, call, at).endsSoon();
    }

    /** Lets another thread close the folder at a call, and counts what comes after. */
    private final class Closing {
        private final MemoryFolder.Options options;
        private final String call;
        private final int at;
        private final FaultyDisk disk = FaultyDisk.with(LARGE);
        private volatile Talk talk;
        private volatile Thread closing;
        private int calls;
        private volatile int after; // reads and writes
        private volatile int syncs; // each may take as long as very many of those

        Closing(MemoryFolder.Options options, String call, int at) {
            this.options = options.disk(disk);
            this.call = call;
            this.at = at;
        }

        boolean endsSoon() throws Exception {
            disk.failWhen((name, count) -> {
                if (Waiting.isSweeping()) {
                    met(name);
                }
                return false;
            });
            talk = Talk.open(options);
            closing = new Thread(() -> {
                try {
                    talk.close();
                } catch (IOException e) {
                    after = 1000;
                }
            });
            Waiting.until(() -> closing.getState() != Thread.State.NEW
                    || isOver(talk));
            boolean reached = closing.getState() != Thread.State.NEW;
            closing.join();
            talk.close();
            assertTrue(after <= 3, call + " " + at + ": " + after + " calls after closing");
            assertTrue(syncs <= 1, call + " " + at + ": no sync but that of the audit");
            return reached;
        }

        private void met(String name) {
            if (closing != null && closing.getState() != Thread.State.NEW) {
                after += name.matches("read|write") ? 1 : 0;
                syncs += name.equals("sync") ? 1 : 0;
            } else if (name.equals(call) && ++calls == at) {
                Waiting.until(() -> closing != null);
                closing.start();
                Waiting.untilHeldUp(closing); // it has said so, and waits for this thread
            }
        }
    }
}
