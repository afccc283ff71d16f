package vaas.memory.folder;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static vaas.testing.Talk.turns;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import vaas.disk.FaultyDisk;
import vaas.disk.FileDisk;
import vaas.disk.Handles;
import vaas.memory.Insertion;
import vaas.memory.MemoryUnavailableException;
import vaas.memory.Requester;
import vaas.testing.Await;
import vaas.testing.ChildJvm;
import vaas.testing.LogLines;
import vaas.testing.Talk;

/** What other programs do to a memory's files while it is open. */
@Timeout(60)
@ExtendWith(Handles.class)
class OtherProgramsTest {
    @TempDir
    Path folder;
    private Path file;

    @BeforeEach
    void file() {
        file = folder.resolve(MemoryFolder.SHARED_FILE);
    }

    /** What is done to the file, with the word for it. */
    private enum Deed {
        REMOVED("removed"), REPLACED("replaced"), EMPTIED("bytes"), SHORTENED("bytes"),
        CUT_BY_A_BYTE("bytes"), LENGTHENED("bytes");

        private final String word;

        Deed(String word) {
            this.word = word;
        }

        void doTo(Path file) throws IOException {
            String text = Files.readString(file);
            switch (this) {
                case REMOVED -> Files.delete(file); // rm
                case REPLACED -> { // sed -i
                    Path edited = Files.writeString(file.resolveSibling("sedXyz"),
                            text.replace("q1", "edited"));
                    Files.move(edited, file, StandardCopyOption.REPLACE_EXISTING);
                }
                case EMPTIED -> Files.writeString(file, "");
                case SHORTENED -> Files.writeString(file, text.substring(0, text.length() / 2));
                case CUT_BY_A_BYTE -> Files.writeString(
                        file, text.substring(0, text.length() - 1));
                default -> Files.writeString(file, "appended\n", StandardOpenOption.APPEND);
            }
        }
    }

    private static String refusal(Talk talk) {
        return assertThrows(MemoryUnavailableException.class, () -> talk.say(9, 9)).getMessage();
    }

    @ParameterizedTest
    @EnumSource
    void isNoticedBeforeTheNextTurnIsAcknowledged(Deed deed) throws IOException {
        try (LogLines log = LogLines.listen(); Talk talk = Talk.open(folder)) {
            talk.say(1, 3);
            assertTrue(talk.memory.isWritable());
            deed.doTo(file);
            assertFalse(talk.memory.isWritable(), "before any turn");
            String refused = refusal(talk);
            assertTrue(refused.contains(file + " ") && refused.contains(deed.word)
                    && refused.contains("by another program"), refused);
            assertThrows(MemoryUnavailableException.class, talk.memory::requireWritable);
            List<String> told = log.with("refusing writes");
            assertEquals(1, told.size(), told.toString());
            assertTrue(told.get(0).startsWith("SEVERE ") && told.get(0).contains(file.toString())
                    && told.get(0).contains(deed.word), told.toString());
            assertEquals(turns(1, 3), talk.latest(20), "reads of what is held go on");
        }
    }

    @ParameterizedTest
    @EnumSource
    void isOverWithAResetThatLeavesNothing(Deed deed) throws IOException {
        try (Talk talk = Talk.open(folder)) {
            talk.say(1, 3);
            Path first = Files.createLink(folder.resolve("first"), file);
            deed.doTo(file);
            Path second = deed == Deed.REMOVED ? first
                    : Files.createLink(folder.resolve("second"), file);
            assertThrows(MemoryUnavailableException.class, () -> talk.say(9, 9));
            talk.memory.resetMemory(Requester.SELF);
            assertEquals(0, Files.size(first));
            assertEquals(0, Files.size(second), "also what had taken its place");
            assertTrue(talk.memory.isWritable());
            assertEquals(List.of(), talk.latest(20));
            talk.say(4, 5);
        }
        try (Talk talk = Talk.open(folder)) {
            assertEquals(turns(4, 5), talk.all());
            assertEquals(0, talk.memory.damagedLines());
        }
    }

    @ParameterizedTest
    @EnumSource
    void isOverWithAResetAlsoWhereThereIsNoRoomForANewFile(Deed deed) throws IOException {
        Path inTheWay = folder.resolve(MemoryFolder.SHARED_FILE + ".new");
        try (Talk talk = Talk.open(folder)) {
            talk.say(1, 3);
            Path first = Files.createLink(folder.resolve("first"), file);
            deed.doTo(file);
            Files.createDirectory(inTheWay); // no file can be made there
            talk.memory.resetMemory(Requester.SELF);
            assertEquals(0, Files.size(first));
            assertTrue(!Files.exists(file) || Files.size(file) == 0);
            assertEquals(List.of(), talk.latest(20));
            if (deed != Deed.REMOVED) {
                talk.say(4, 5);
            }
            Files.delete(inTheWay);
        }
        try (Talk talk = Talk.open(folder)) {
            assertEquals(deed == Deed.REMOVED ? List.of() : turns(4, 5), talk.all());
        }
    }

    @Test
    void aFileThatWasRemovedIsBroughtBackByARestart() throws IOException {
        try (LogLines log = LogLines.listen()) {
            for (boolean noticed : new boolean[] {true, false}) {
                try (Talk talk = Talk.open(folder)) {
                    talk.say(talk.all().size() / 2 + 1, talk.all().size() / 2 + 2);
                    Files.delete(file);
                    if (noticed) {
                        refusal(talk);
                    }
                }
                assertEquals("WARNING " + file + " was removed by another program, and is back",
                        log.with("removed").get(log.with("removed").size() - 1));
            }
        }
        try (Talk talk = Talk.open(folder)) {
            assertEquals(turns(1, 4), talk.all(), "all that was acknowledged, and no more");
        }
    }

    @Test
    void whatAnotherProgramHasLeftIsOpenedAsItIsByARestart() throws IOException {
        try (Talk talk = Talk.open(folder)) {
            talk.say(1, 3);
            Deed.REPLACED.doTo(file);
            refusal(talk);
        }
        try (Talk talk = Talk.open(folder)) {
            assertEquals(List.of("edited", "a1", "q2", "a2", "q3", "a3"), talk.all());
        }
    }

    @Test
    void whatAnotherProgramHasAddedIsNeverCutOff() throws IOException {
        byte[] all;
        try (Talk talk = Talk.open(folder)) {
            talk.say(1, 1);
            Files.writeString(file, "added\n", StandardOpenOption.APPEND);
            all = Files.readAllBytes(file);
            assertThrows(MemoryUnavailableException.class, () -> talk.say(2, 2));
            assertArrayEquals(all, Files.readAllBytes(file));
        }
        assertArrayEquals(all, Files.readAllBytes(file));
    }

    @Test
    void aFileThatIsCutBetweenWritingAndSyncingGetsNoZeros() throws Exception {
        FaultyDisk disk = new FaultyDisk();
        CountDownLatch syncing = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        try (Talk talk = Talk.open(disk)) {
            talk.say(1, 3);
            disk.beforeSync(() -> {
                syncing.countDown();
                Await.latch(goOn);
            });
            FutureTask<Insertion> first = inserting(talk, 4);
            syncing.await();
            FutureTask<Insertion> second = inserting(talk, 5); // waits for the next sync
            disk.content(new byte[0]);
            goOn.countDown();
            Talk.stored(first.get()); // looked at before
            assertThrows(Exception.class, second::get);
            assertEquals("", disk.text(MemoryFolder.SHARED_FILE));
            assertFalse(talk.memory.isWritable());
        }
    }

    private static FutureTask<Insertion> inserting(Talk talk, int turn) {
        FutureTask<Insertion> task = new FutureTask<>(
                () -> talk.memory.insert(talk.now(), "q" + turn, "a" + turn));
        Thread thread = new Thread(task);
        thread.start();
        Waiting.untilHeldUp(thread);
        return task;
    }

    @Test
    void withoutItsLockFileTheFolderStillHasOneOwner() throws IOException {
        Path lock = folder.resolve("memory.lock");
        try (Talk talk = Talk.open(folder)) {
            talk.say(1, 1);
            Files.delete(lock);
            for (int i = 1; i <= 2; i++) {
                String said = ChildJvm.output("-Xmx32m", Opener.class, folder.toString());
                assertTrue(said.contains("in use by another process"), said);
            }
            assertThrows(IOException.class, () -> Talk.open(folder), "in this process too");
            talk.say(2, 2);
        }
        assertEquals("4 records", ChildJvm.output(
                "-Xmx32m", Opener.class, folder.toString()).strip());
    }

    /** Opens a folder in another process. */
    static final class Opener {
        private Opener() {}

        public static void main(String[] args) {
            try (MemoryFolder opened = MemoryFolder.open(Path.of(args[0]))) {
                System.out.println(
                        opened.shared().latest(20).records().size() + " records");
            } catch (IOException e) {
                System.out.println(e.getMessage());
            }
        }
    }

    @Test
    void aResetOfAMemoryThatIsClosedTouchesNothing() throws IOException {
        Talk closed = Talk.open(folder);
        closed.say(1, 1);
        closed.close();
        try (Limited next = Limited.open(new FileDisk(), folder, Limited.records(2))) {
            Path copy = Files.writeString(
                    folder.resolve(MemoryFolder.SHARED_FILE + ".new"), "of the next owner");
            assertThrows(MemoryUnavailableException.class,
                    () -> closed.memory.resetMemory(Requester.SELF));
            assertEquals("of the next owner", Files.readString(copy));
            assertFalse(Files.exists(folder.resolve("audit.jsonl")));
            assertEquals(turns(1, 1), Talk.all(next.memory));
        }
    }
}
