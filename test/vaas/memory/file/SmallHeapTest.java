package vaas.memory.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static vaas.testing.Talk.stored;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import vaas.budget.Budget;
import vaas.budget.OverBudgetException;
import vaas.memory.MemoryRecord;
import vaas.memory.Page;
import vaas.memory.Requester;
import vaas.memory.folder.MemoryFolder;
import vaas.testing.Await;
import vaas.testing.ChildJvm;
import vaas.testing.Talk;
import vaas.testing.Together;

/** What is in the file, or is asked for at once, never ends a process with a small heap. */
@Tag("long")
@Timeout(300)
class SmallHeapTest {
    private static final String HEAP = "-Xmx48m"; // the smallest that is promised to do

    @TempDir
    Path folder;

    @Test
    void linesThatAreTooLongForTheHeapArePassedOver() throws IOException {
        assertEquals("""
                latest [q3, a3, q4, a4]
                all [q1, a1, q3, a3, q4, a4]
                by id true, false
                page [q3, a3] true
                page [q1, a1] false
                damaged 3
                counted 8
                reset OptionalLong[10]
                """, ChildJvm.output(HEAP, LongLines.class, folder.toString()));
    }

    /** A whole turn of 20 MB and damage of 50 MB among short turns, and at the end. */
    static final class LongLines {
        private static final int TURN_BYTES = 10 << 20;
        private static final int DAMAGE_BYTES = 50 << 20;

        public static void main(String[] args) throws IOException {
            Path folder = Path.of(args[0]);
            write(folder.resolve("memory.jsonl"));
            try (Talk talk = Talk.open(folder)) {
                System.out.println("latest " + talk.latest(20));
                System.out.println("all " + talk.all());
                System.out.println("by id " + talk.memory.byMessageId(Turns.id(6)).isPresent()
                        + ", " + talk.memory.byMessageId(Turns.id(4)).isPresent());
                for (int before : new int[] {8, 6}) {
                    Page page = talk.memory.before(Turns.id(before), 20);
                    System.out.println("page " + Talk.texts(page.records()) + " " + page.more());
                }
                System.out.println("damaged " + talk.memory.damagedLines());
                Await.until(() -> talk.memory.size().isPresent());
                System.out.println("counted " + talk.memory.size().orElseThrow());
                talk.say(5, 5);
                System.out.println("reset " + talk.memory.resetMemory(Requester.SELF)
                        .recordsRemoved());
            }
        }

        private static void write(Path file) throws IOException {
            try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file))) {
                out.write(Turns.lines(1, 1));
                writeLong(out, Turns.line(Turns.question(2)), TURN_BYTES);
                writeLong(out, Turns.line(Turns.answer(2)), TURN_BYTES);
                out.write(Turns.lines(3, 3));
                writeLong(out, "damage\n", DAMAGE_BYTES);
                out.write(Turns.lines(4, 4));
            }
        }

        /** The line with so many more letters before its last "2", or before its end. */
        private static void writeLong(OutputStream out, String line, int letters)
                throws IOException {
            int at = line.contains("content") ? line.indexOf("2\",\"timestamp") : line.length() - 1;
            out.write(Turns.utf8(line.substring(0, at)));
            byte[] some = Turns.utf8("x".repeat(1 << 20));
            for (int i = 0; i < letters; i += some.length) {
                out.write(some);
            }
            out.write(Turns.utf8(line.substring(at)));
        }
    }

    @Test
    void manyWhoReadLongTextsAtOnceAreServedOrAskedToWait() throws IOException {
        assertEquals("""
                histories held 300
                newest a19
                left over 0
                """, ChildJvm.output(HEAP, ManyReaders.class, folder.toString()));
    }

    /** Texts of 400 kB, some of which need six bytes a char in the file. */
    static final class ManyReaders {
        private static final int CHARS = 400_000;

        public static void main(String[] args) throws Exception {
            Budget budget = Budget.ofThisProcess();
            List<Budget.Share> chats = new ArrayList<>();
            try (Talk talk = Talk.open(MemoryFolder.at(Path.of(args[0])).budget(budget))) {
                for (int i = 0; i < 20; i++) {
                    String text = (i % 3 == 0 ? "\u0001" : "x").repeat(CHARS);
                    stored(talk.memory.insert(talk.now(), text, "a" + i));
                }
                System.out.println("histories held " + hold(talk, budget, chats));
                Together.run(48, thread -> all(talk));
                Together.run(48, thread -> pages(talk));
                List<String> newest = talk.latest(2);
                System.out.println("newest " + newest.get(1));
            }
            chats.forEach(Budget.Share::close);
            System.out.println("left over " + budget.used());
        }

        // As chats do, while the model thinks.
        private static int hold(Talk talk, Budget budget, List<Budget.Share> chats)
                throws IOException {
            int held = 0;
            for (int i = 0; i < 300; i++) {
                Budget.Share chat = budget.share();
                chats.add(chat);
                for (MemoryRecord record : talk.memory.latest(20).records()) {
                    chat.hold(record.json(), record.json().length());
                }
                held++;
            }
            return held;
        }

        private static Optional<Long> all(Talk talk) throws IOException {
            try (Stream<MemoryRecord> records = talk.memory.all()) {
                return Optional.of(records.count());
            } catch (OverBudgetException e) {
                return Optional.empty();
            } catch (UncheckedIOException e) {
                if (e.getCause() instanceof OverBudgetException) {
                    return Optional.empty();
                }
                throw e;
            }
        }

        private static Optional<Page> pages(Talk talk) throws IOException {
            try {
                talk.memory.before(Turns.id((1L << 46) - 1), 4);
                return Optional.empty();
            } catch (OverBudgetException e) {
                return Optional.empty();
            }
        }
    }

    @Test
    void longLinesThatAnEditorHasLeftAreRead() throws IOException {
        assertEquals("latest 2, all 6, damaged 2\n",
                ChildJvm.output(HEAP, EditedLines.class, folder.toString()));
    }

    /** Lines of nearly a sixteenth of the heap that are read as JSON, and two that are damaged. */
    static final class EditedLines {
        public static void main(String[] args) throws Exception {
            Path file = Path.of(args[0]).resolve("memory.jsonl");
            int bytes = Budget.ofThisProcess().lineBytes() - 2000;
            try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file))) {
                for (int i = 1; i <= 3; i++) {
                    String question = Turns.line(Turns.question(i)).replace(",\"", " , \"");
                    write(out, question, bytes);
                    if (i < 3) {
                        write(out, question.replace("timestamp", "time"), bytes);
                    }
                    out.write(Turns.utf8(Turns.line(Turns.answer(i))));
                }
            }
            try (Talk talk = Talk.open(Path.of(args[0]))) {
                int latest = talk.memory.latest(20).records().size();
                Together.run(6, thread -> ManyReaders.all(talk));
                Together.run(6, thread -> ManyReaders.pages(talk));
                try (Stream<MemoryRecord> all = talk.memory.all()) {
                    System.out.println("latest " + latest + ", all " + all.count() + ", damaged "
                            + talk.memory.damagedLines());
                }
            }
        }

        private static void write(OutputStream out, String line, int more) throws IOException {
            int at = line.indexOf("\"q") + 1;
            out.write(Turns.utf8(line.substring(0, at)));
            for (int written = 0; written < more; written += 1000) {
                out.write(Turns.utf8("x".repeat(1000)));
            }
            out.write(Turns.utf8(line.substring(at)));
        }
    }
}
