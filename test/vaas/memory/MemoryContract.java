package vaas.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static vaas.testing.Talk.stored;
import static vaas.testing.Talk.texts;
import static vaas.testing.Talk.turns;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CyclicBarrier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import vaas.testing.Talk;
import vaas.testing.Together;

/**
 * What every {@link Memory} promises, whatever keeps it: an implementation is put through it by a
 * class that says how to open one. Times, places and faults of a store are its own tests' matter.
 */
@Timeout(300)
public abstract class MemoryContract {
    private static final UUID BEFORE_ALL = id(0, 0);
    private static final UUID BEHIND_ALL = id((1L << 46) - 1, -1);

    /** The memory that is open now, at first an empty one. */
    protected abstract Memory memory() throws IOException;

    /** Closes it. */
    protected abstract void close() throws IOException;

    /** Closes it and opens it again, as after a restart; hands out the new one. */
    protected abstract Memory reopened() throws IOException;

    private static UUID id(long millis, long low) {
        return new UUID(millis << 16 | 0x7000, 0x8000_0000_0000_0000L | low >>> 2);
    }

    private static Receipt reset(Memory memory) throws IOException {
        return memory.resetMemory(Requester.SELF);
    }

    private static List<MemoryRecord> records(Memory memory) throws IOException {
        try (Stream<MemoryRecord> all = memory.all()) {
            return all.toList();
        }
    }

    // Order

    @Test
    void recordsComeOutInTheOrderInWhichTheyWereAcknowledged() throws IOException {
        List<UUID> acknowledged = new ArrayList<>();
        for (int i = 1; i <= 20; i++) {
            acknowledged.add(stored(memory().insert(memory().latest(0), "q" + i, "a" + i))
                    .messageId());
        }
        List<MemoryRecord> all = records(memory());
        assertEquals(turns(1, 20), texts(all));
        assertEquals(acknowledged, all.stream().filter(it -> it.role() == Role.ASSISTANT)
                .map(MemoryRecord::messageId).toList());
        checkRising(all);
        assertEquals(all, records(reopened()));
    }

    private static void checkRising(List<MemoryRecord> records) {
        for (int i = 1; i < records.size(); i++) {
            assertTrue(records.get(i - 1).messageId().toString()
                    .compareTo(records.get(i).messageId().toString()) < 0, "ids rise");
        }
    }

    @Test
    void idsGoOnRisingAfterReopeningAndReset() throws IOException {
        Talk.say(memory(), 1, 3);
        List<MemoryRecord> before = records(memory());
        Talk.say(reopened(), 4, 4);
        List<MemoryRecord> more = records(memory());
        assertEquals(before, more.subList(0, 6));
        checkRising(more);
        reset(memory());
        Talk.say(memory(), 5, 5);
        checkRising(Stream.concat(more.stream(), records(memory()).stream()).toList());
    }

    @Test
    void aRecordIsWhatWasStored() throws IOException {
        MemoryRecord answer = stored(memory().insert(memory().latest(0), "Why?", "So."));
        MemoryRecord question = records(memory()).get(0);
        assertEquals(List.of("Why?", "So."), List.of(question.content(), answer.content()));
        assertEquals(List.of(Role.USER, Role.ASSISTANT), List.of(question.role(), answer.role()));
        assertEquals(question.timestamp(), answer.timestamp());
        assertEquals(answer, records(reopened()).get(1));
    }

    // latest

    @Test
    void latestIsTheNewestWholeTurnsOldestFirst() throws IOException {
        Talk.say(memory(), 1, 30);
        Memory memory = memory();
        for (int opened = 1; opened <= 2; opened++) {
            assertEquals(List.of(), Talk.latest(memory, 0));
            assertEquals(turns(30, 30), Talk.latest(memory, 1), "the newest turn");
            assertEquals(turns(30, 30), Talk.latest(memory, 2));
            assertEquals(turns(30, 30), Talk.latest(memory, 3));
            assertEquals(turns(21, 30), Talk.latest(memory, 20));
            assertEquals(turns(6, 30), Talk.latest(memory, 51));
            assertEquals(turns(1, 30), Talk.latest(memory, Integer.MAX_VALUE));
            memory = reopened();
        }
        assertThrows(IllegalArgumentException.class, () -> memory().latest(-1));
    }

    @Test
    void ofLongTurnsTheNewestComesAlwaysAndOthersWhileThereIsRoom() throws IOException {
        String text = "x".repeat(1 << 20);
        Talk.say(memory(), 1, 1);
        for (int i = 0; i < 12; i++) {
            stored(memory().insert(memory().latest(0), "long", text));
        }
        List<String> before = Talk.latest(memory(), 200);
        assertTrue(before.size() >= 2 && before.size() < 24, before.size() + " records of 1 MB");
        assertEquals(List.of("long", text), before.subList(before.size() - 2, before.size()));
        assertEquals(before, Talk.latest(reopened(), 200), "the same before and after");
        Talk.say(memory(), 2, 2);
        assertEquals(turns(2, 2), Talk.latest(memory(), 2));
    }

    @Test
    void aHistoryTellsTheNewestRecordAndNamesTheState() throws IOException {
        assertEquals("empty", memory().latest(20).tag());
        assertEquals(Optional.empty(), memory().latest(20).newest());
        MemoryRecord answer = stored(memory().insert(memory().latest(0), "q", "a"));
        assertEquals(Optional.of(answer.messageId()), memory().latest(0).newest());
        assertEquals(answer.messageId().toString(), memory().latest(20).tag());
        assertEquals(answer.messageId().toString(), reopened().latest(2).tag());
        reset(memory());
        assertEquals("empty", memory().latest(0).tag());
    }

    // Fence

    @Test
    void anAnswerAskedBeforeAResetIsNotStored() throws IOException {
        Talk.say(memory(), 1, 2);
        History asked = memory().latest(20);
        Receipt receipt = reset(memory());
        assertNotEquals(asked.generation(), receipt.generation());
        assertEquals(receipt.generation(), memory().latest(0).generation());
        assertEquals(new Insertion.Fenced(), memory().insert(asked, "late", "late"));
        assertEquals(new Insertion.Fenced(), memory().insert(asked, "late", "late", "key"));
        assertEquals(List.of(), Talk.all(memory()));
        assertEquals(Optional.empty(), memory().byKey("key"), "it stores no key either");
        Talk.say(memory(), 3, 3);
        assertEquals(turns(3, 3), Talk.all(memory()));
    }

    @Test
    void turnsOfOthersSinceAHistoryWasReadAreNoFence() throws IOException {
        History asked = memory().latest(20);
        Talk.say(memory(), 1, 1);
        stored(memory().insert(asked, "q2", "a2"));
        assertEquals(turns(1, 2), Talk.all(memory()));
    }

    // Keys

    @Test
    void aTurnIsFoundByItsKeyAndStoredOnce() throws IOException {
        History read = memory().latest(20);
        MemoryRecord answer = stored(memory().insert(read, "q1", "a1",
                "\"key\" \u00e9\uD83D\uDC4B"));
        Talk.say(memory(), 2, 2);
        Turn turn = memory().byKey("\"key\" \u00e9\uD83D\uDC4B").orElseThrow();
        assertEquals(answer, turn.answer());
        assertEquals("q1", turn.question().content());
        assertEquals(new Insertion.Present(turn),
                memory().insert(memory().latest(20), "q3", "a3", "\"key\" \u00e9\uD83D\uDC4B"));
        assertEquals(Optional.empty(), memory().byKey("other"));
        stored(memory().insert(memory().latest(20), "q3", "a3", "other"));
        assertEquals(turns(1, 3), Talk.all(memory()));
    }

    @Test
    void keysAreKnownAfterReopening() throws IOException {
        Talk.say(memory(), 1, 1);
        stored(memory().insert(memory().latest(0), "q2", "a2", "key"));
        Talk.say(memory(), 3, 3);
        Memory memory = reopened();
        assertEquals("a2", memory.byKey("key").orElseThrow().answer().content());
        assertEquals(Insertion.Present.class,
                memory.insert(memory.latest(0), "q4", "a4", "key").getClass());
        stored(memory.insert(memory.latest(0), "q4", "a4", "new"));
        assertEquals("a4", reopened().byKey("new").orElseThrow().answer().content());
        assertEquals("a2", memory().byKey("key").orElseThrow().answer().content());
        assertEquals(turns(1, 4), Talk.all(memory()));
    }

    @Test
    void aKeyIsKnownWhileItsTurnIsAmongTheNewestThousandRecords() throws IOException {
        stored(memory().insert(memory().latest(0), "q1", "a1", "first"));
        for (int i = 2; i <= 500; i++) {
            stored(memory().insert(memory().latest(0), "q" + i, "a" + i, "key" + i));
        }
        assertEquals("q1", memory().byKey("first").orElseThrow().question().content());
        assertEquals("q1", reopened().byKey("first").orElseThrow().question().content());
        assertEquals("q250", memory().byKey("key250").orElseThrow().question().content());
    }

    @Test
    void aResetForgetsKeys() throws IOException {
        stored(memory().insert(memory().latest(0), "q1", "a1", "key"));
        reset(memory());
        assertEquals(Optional.empty(), memory().byKey("key"));
        stored(memory().insert(memory().latest(0), "q2", "a2", "key"));
        assertEquals("a2", memory().byKey("key").orElseThrow().answer().content());
        reset(memory());
        assertEquals(Optional.empty(), reopened().byKey("key"));
    }

    @Test
    void manyWhoStoreOneKeyStoreItOnce() throws Exception {
        int threads = 8;
        for (int round = 0; round < 20; round++) {
            String key = "key" + round;
            CyclicBarrier together = new CyclicBarrier(threads);
            Set<UUID> answers = new HashSet<>();
            int stored = 0;
            for (Insertion done : Together.results(threads, thread -> {
                together.await();
                return memory().insert(memory().latest(2), "q", "a" + thread, key);
            })) {
                stored += done instanceof Insertion.Stored ? 1 : 0;
                answers.add(done instanceof Insertion.Present present
                        ? present.turn().answer().messageId() : stored(done).messageId());
            }
            assertEquals(1, stored);
            assertEquals(1, answers.size(), "all hear of the one that is there");
        }
        assertEquals(2 * 20, Talk.all(memory()).size());
    }

    // Paging

    @Test
    void whatIsOlderThanARecordComesInPagesOfWholeTurns() throws IOException {
        Talk.say(memory(), 1, 10);
        List<MemoryRecord> all = records(memory());
        checkPage(turns(4, 5), true, all.get(10).messageId(), 4);
        checkPage(turns(4, 5), true, all.get(11).messageId(), 4); // its question is of its turn
        checkPage(turns(4, 5), true, all.get(10).messageId(), 3); // counts as one more
        checkPage(turns(5, 5), true, all.get(10).messageId(), 1);
        checkPage(turns(1, 5), false, all.get(10).messageId(), 10);
        checkPage(turns(1, 5), false, all.get(10).messageId(), Integer.MAX_VALUE);
        checkPage(List.of(), false, all.get(0).messageId(), 10);
        checkPage(List.of(), false, all.get(1).messageId(), 10);
        checkPage(turns(2, 10), true, BEHIND_ALL, 18);
        checkPage(List.of(), false, BEFORE_ALL, 2);
        UUID between = new UUID(all.get(10).messageId().getMostSignificantBits(),
                all.get(10).messageId().getLeastSignificantBits() - 1);
        checkPage(turns(5, 5), true, between, 2); // unknown
        assertThrows(IllegalArgumentException.class, () -> memory().before(BEHIND_ALL, 0));
        reset(memory());
        checkPage(List.of(), false, BEHIND_ALL, 2);
    }

    private void checkPage(List<String> expected, boolean more, UUID id, int n)
            throws IOException {
        Page page = memory().before(id, n);
        assertEquals(expected, texts(page.records()));
        assertEquals(more, page.more());
    }

    @Test
    void pageAfterPageLeadsBackToTheFirstTurn() throws IOException {
        Talk.say(memory(), 1, 137);
        List<String> found = new ArrayList<>();
        UUID oldest = BEHIND_ALL;
        boolean more = true;
        while (more) {
            Page page = memory().before(oldest, 20);
            found.addAll(0, texts(page.records()));
            oldest = page.records().get(0).messageId();
            more = page.more();
        }
        assertEquals(turns(1, 137), found);
    }

    @Test
    void aPageHoldsFourMegabytesOrOneTurn() throws IOException {
        String text = "x".repeat(1 << 20);
        for (int i = 0; i < 6; i++) {
            stored(memory().insert(memory().latest(0), "q", text));
        }
        Page page = memory().before(BEHIND_ALL, 100);
        assertEquals(6, page.records().size(), "three of a little more than a megabyte");
        assertTrue(page.more());
        stored(memory().insert(memory().latest(0), text + text + text, text + text));
        Page one = memory().before(BEHIND_ALL, 100);
        assertEquals(2, one.records().size());
        assertTrue(one.more());
    }

    // Reading by id, and all

    @Test
    void everyRecordIsFoundByItsIdAndNoOtherIs() throws IOException {
        Talk.say(memory(), 1, 200);
        for (MemoryRecord record : records(memory())) {
            assertEquals(Optional.of(record), memory().byMessageId(record.messageId()));
            UUID id = record.messageId();
            assertEquals(Optional.empty(), memory().byMessageId(
                    new UUID(id.getMostSignificantBits(), id.getLeastSignificantBits() + 1)));
        }
        assertEquals(Optional.empty(), memory().byMessageId(BEFORE_ALL));
        assertEquals(Optional.empty(), memory().byMessageId(BEHIND_ALL));
        UUID gone = records(memory()).get(7).messageId();
        reset(memory());
        assertEquals(Optional.empty(), memory().byMessageId(gone));
    }

    @Test
    void allIsWhatIsRememberedNowAndEndsEarlyAtAReset() throws IOException {
        Talk.say(memory(), 1, 300);
        try (Stream<MemoryRecord> all = memory().all()) {
            Talk.say(memory(), 301, 301);
            assertEquals(turns(1, 300), all.map(MemoryRecord::content).toList());
        }
        try (Stream<MemoryRecord> all = memory().all()) {
            Iterator<MemoryRecord> records = all.iterator();
            assertEquals("q1", records.next().content());
            reset(memory());
            Talk.say(memory(), 3, 3);
            int seen = 1;
            while (records.hasNext()) {
                assertNotEquals("q3", records.next().content(), "nor is it what came after");
                seen++;
            }
            assertTrue(seen < 600, "only what was read ahead: " + seen);
        }
        try (Stream<MemoryRecord> all = memory().all()) {
            assertEquals(turns(3, 3), all.parallel().map(MemoryRecord::content).toList());
        }
    }

    // Reset

    @Test
    void aResetForgetsAllForGoodAndTellsHowMuch() throws IOException {
        Talk.say(memory(), 1, 3);
        Receipt receipt = reset(memory());
        assertEquals(OptionalLong.of(6), receipt.recordsRemoved());
        assertTrue(receipt.bytesRemoved() > 0);
        assertEquals(Optional.empty(), receipt.backup());
        assertEquals(List.of(), Talk.all(memory()));
        assertEquals(List.of(), Talk.latest(memory(), 20));
        Receipt again = reset(memory());
        assertEquals(OptionalLong.of(0), again.recordsRemoved());
        assertNotEquals(receipt.generation(), again.generation());
        assertEquals(List.of(), Talk.all(reopened()));
        Talk.say(memory(), 4, 4);
        assertEquals(turns(4, 4), Talk.all(reopened()));
    }

    @Test
    void aConditionalResetHappensInTheStatesThatAreNamedOnly() throws IOException {
        assertTrue(memory().resetMemory(Requester.SELF, Set.of("other", "empty")).isPresent());
        Talk.say(memory(), 1, 1);
        String seen = memory().latest(20).tag();
        Talk.say(memory(), 2, 2);
        History now = memory().latest(20);
        assertEquals(Optional.empty(), memory().resetMemory(Requester.SELF, Set.of(seen, "empty")));
        assertEquals(Optional.empty(), memory().resetMemory(Requester.SELF, Set.of()));
        assertEquals(now.generation(), memory().latest(0).generation(), "nothing has changed");
        assertEquals(turns(1, 2), Talk.all(memory()));
        assertEquals(OptionalLong.of(4), memory().resetMemory(Requester.SELF, Set.of(now.tag()))
                .orElseThrow().recordsRemoved());
        assertEquals(List.of(), Talk.all(memory()));
    }

    // States

    @Test
    void anOpenMemoryIsWritableAndAClosedOneRefusesAll() throws IOException {
        Memory memory = memory();
        memory.requireWritable();
        assertTrue(memory.isWritable());
        History read = memory.latest(0);
        close();
        assertFalse(memory.isWritable());
        for (Action action : List.<Action>of(memory::requireWritable, () -> memory.latest(2),
                () -> memory.before(BEHIND_ALL, 2), () -> memory.byMessageId(BEHIND_ALL),
                () -> memory.byKey("key"), memory::all, () -> memory.insert(read, "q", "a"),
                () -> memory.insert(read, "q", "a", "key"), () -> reset(memory),
                () -> memory.resetMemory(Requester.SELF, Set.of("empty")))) {
            assertThrows(MemoryUnavailableException.class, action::run);
        }
        assertEquals(List.of(), Talk.all(reopened()));
    }

    private interface Action {
        void run() throws IOException;
    }

    // Text

    @Test
    void everyCharacterSurvives() throws IOException {
        StringBuilder all = new StringBuilder();
        for (int plane = 0; plane <= 16; plane++) {
            int last = plane == 0 ? 0xFFFF : 0xFF;
            for (int i = 0; i <= last; i++) {
                if (plane > 0 || !Character.isSurrogate((char) i)) {
                    all.appendCodePoint(plane << 16 | i);
                    all.appendCodePoint(plane << 16 | 0xFF00 | i & 0xFF);
                }
            }
        }
        String text = all.toString();
        MemoryRecord answer = stored(memory().insert(memory().latest(0), text, "\0\n\r\"\\"));
        assertEquals(List.of(text, "\0\n\r\"\\"), Talk.latest(memory(), 2));
        assertEquals(List.of(text, "\0\n\r\"\\"), Talk.latest(reopened(), 2));
        assertEquals(Optional.of(answer), memory().byMessageId(answer.messageId()));
        stored(memory().insert(memory().latest(0), "", ""));
        assertEquals(List.of("", ""), Talk.latest(reopened(), 2));
    }

    @Test
    void aMegabyteSurvivesAndWhatIsNoTextIsRefused() throws IOException {
        String text = "\u00e9\n".repeat(1 << 19);
        stored(memory().insert(memory().latest(0), text, text));
        assertEquals(List.of(text, text), Talk.latest(memory(), 2));
        assertEquals(List.of(text, text), Talk.all(reopened()));
        History read = memory().latest(0);
        String tooLong = "x".repeat(MemoryRecord.CONTENT_CHARS_MAX + 1);
        for (String bad : List.of("\uD83D", "x\uDC4B", tooLong)) {
            assertThrows(IllegalArgumentException.class, () -> memory().insert(read, bad, "a"));
            assertThrows(IllegalArgumentException.class, () -> memory().insert(read, "q", bad));
        }
        assertEquals(2, Talk.all(memory()).size());
    }

    // Threads

    @Test
    void ofManyThreadsNoTurnIsLostAndIdsRiseWithThePlaces() throws Exception {
        List<List<UUID>> acknowledged = Together.results(8, thread -> {
            List<UUID> mine = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                UUID id = stored(memory().insert(memory().latest(4), "q" + thread, "a" + thread))
                        .messageId();
                assertTrue(memory().byMessageId(id).isPresent(), "it can be read at once");
                mine.add(id);
            }
            return mine;
        });
        List<MemoryRecord> all = records(memory());
        assertEquals(800, all.size());
        checkRising(all);
        for (int i = 0; i < all.size(); i += 2) {
            assertEquals("a" + all.get(i).content().substring(1), all.get(i + 1).content());
        }
        List<UUID> found = all.stream().map(MemoryRecord::messageId).toList();
        for (List<UUID> mine : acknowledged) {
            assertEquals(mine, found.stream().filter(new HashSet<>(mine)::contains).toList(),
                    "in the order in which they were acknowledged");
        }
        assertEquals(all, records(reopened()));
    }

    @Test
    void betweenResetsNothingOfBeforeIsSeenAfter() throws Exception {
        int resets = 25;
        Together.run(6, thread -> {
            for (int i = 0; thread == 0 && i < resets; i++) {
                reset(memory());
            }
            for (int i = 0; thread > 0 && i < 60; i++) {
                if (thread < 4) {
                    History read = memory().latest(4);
                    memory().insert(read, "g" + read.generation(), "g" + read.generation());
                } else {
                    checkOneGeneration(memory());
                }
            }
        });
        checkOneGeneration(memory());
        List<MemoryRecord> left = records(memory());
        assertEquals(left, records(reopened()));
    }

    // Texts are of the generation in which they were stored.
    private static void checkOneGeneration(Memory memory) throws IOException {
        History history = memory.latest(20);
        for (MemoryRecord record : history.records()) {
            assertEquals("g" + history.generation(), record.content());
        }
        assertTrue(history.records().stream().map(MemoryRecord::content).distinct().count() <= 1);
        for (MemoryRecord record : history.records()) {
            Optional<MemoryRecord> found = memory.byMessageId(record.messageId());
            assertTrue(found.isEmpty() || found.get().equals(record));
        }
        Page page = memory.before(BEHIND_ALL, 50);
        assertTrue(page.records().stream().map(MemoryRecord::content).distinct().count() <= 1);
        checkRising(page.records());
        assertTrue(records(memory).stream().map(MemoryRecord::content).distinct().count() <= 1);
    }
}
