package vaas.memory;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import vaas.testing.Await;

class ReplacingTest {
    private static final byte[] OLD = Turns.lines(1, 8);
    private static final Cut CUT = new Cut(Turns.lines(1, 5).length, 10, 0, Turns.id(12));

    private final FaultyDisk disk = FaultyDisk.with(OLD);
    private View view;
    private Journal journal;
    private Replacing replacing;

    @BeforeEach
    void open() throws IOException {
        MemoryFile file = MemoryFile.open(disk, FaultyDisk.FOLDER);
        view = Turns.view(OLD.length, 20);
        while (view.index().step(Turns.open(disk))) {
            // until all is counted
        }
        journal = Turns.journal(file, Turns.id(17), view, Talk.CLOCK);
        replacing = new Replacing(journal, file);
    }

    @Test
    void aResetSaysWhatItRemoved() throws IOException {
        disk.createFolder(Path.of("there"));
        assertEquals(new Receipt(16, OLD.length, 1, Optional.empty()),
                replacing.reset(Optional.empty()));
        assertEquals(new Receipt(0, 0, 2, Optional.of("kept")),
                replacing.reset(Optional.of(Path.of("there", "kept"))), "the name, not the path");
    }

    @Test
    void aRewriteKeepsTheNewerTurnsAndTheGeneration() throws IOException {
        assertTrue(replacing.rewrite(view, CUT, () -> true));
        assertArrayEquals(Turns.lines(6, 8), disk.content());
        assertEquals(0, journal.view().generation());
        assertEquals(1, journal.view().epoch());
        assertEquals(6, journal.view().index().count());
    }

    @Test
    void aRewritePlannedBeforeAResetIsGivenUp() throws IOException {
        replacing.reset(Optional.empty());
        journal.insert(1, "new", "new").orElseThrow();
        byte[] before = disk.content();
        assertFalse(replacing.rewrite(view, CUT, () -> true));
        assertArrayEquals(before, disk.content());
    }

    @Test
    void aRewriteThatIsNotWantedLeavesAllAsItWas() throws IOException {
        assertFalse(replacing.rewrite(view, CUT, () -> false));
        assertArrayEquals(OLD, disk.content());
        assertEquals(List.of(MemoryFile.FILE_NAME), disk.fileNames());
        assertEquals(view, journal.view());
    }

    @Test
    void aRewriteGivesWayToAResetAndToClosing() throws Exception {
        for (boolean closing : new boolean[] {false, true}) {
            AtomicReference<Exception> failure = new AtomicReference<>();
            Thread other = new Thread(() -> {
                try {
                    if (closing) {
                        replacing.close();
                    } else {
                        replacing.reset(Optional.empty());
                    }
                } catch (IOException e) {
                    failure.set(e);
                }
            });
            View now = journal.view();
            Cut all = new Cut(0, 0, 0, null);
            assertFalse(replacing.rewrite(now, all, () -> {
                if (other.getState() == Thread.State.NEW) {
                    other.start();
                    Await.waiting(other);
                }
                return true; // it is the other that ends it
            }));
            other.join();
            assertEquals(null, failure.get());
            assertFalse(disk.holds("q1"));
            if (!closing) {
                journal.insert(1, "new", "new").orElseThrow();
            }
        }
    }

    @Test
    void whatIsClosedReplacesNothing() throws IOException {
        replacing.close();
        replacing.close();
        assertThrows(MemoryUnavailableException.class, () -> replacing.reset(Optional.empty()));
        assertThrows(MemoryUnavailableException.class,
                () -> replacing.rewrite(view, CUT, () -> true));
        assertArrayEquals(OLD, disk.content());
    }

    @Test
    void aFailureOfTheOneLeavesTheOtherPossible() throws IOException {
        disk.failWhen((call, count) -> call.equals("create"));
        assertThrows(IOException.class, () -> replacing.rewrite(view, CUT, () -> true));
        disk.heal();
        assertTrue(replacing.rewrite(view, CUT, () -> true));
        disk.failWhen((call, count) -> call.equals("syncFolder"));
        assertThrows(IOException.class, () -> replacing.reset(Optional.empty()));
        disk.heal();
        assertEquals(2, replacing.reset(Optional.empty()).generation());
        assertEquals(List.of(MemoryFile.FILE_NAME), disk.fileNames());
    }
}
