package vaas.memory.folder;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static vaas.testing.Talk.turns;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import vaas.budget.Budget;
import vaas.disk.FaultyDisk;
import vaas.disk.Handles;
import vaas.memory.MemoryRecord;
import vaas.memory.Page;
import vaas.testing.Talk;

/** What a prompt is built on, with long texts, odd clocks, and across a restart. */
@Timeout(60)
@ExtendWith(Handles.class)
class HistoryTest {
    private static final Budget SMALL = Budget.of(2 << 20, 1000);

    private final FaultyDisk disk = new FaultyDisk();

    private Talk open(Budget budget) throws IOException {
        return Talk.open(MemoryFolder.at(FaultyDisk.FOLDER).disk(disk).clock(Talk.CLOCK)
                .budget(budget));
    }

    private Talk open(Clock clock) throws IOException {
        return Talk.open(MemoryFolder.at(FaultyDisk.FOLDER).disk(disk).clock(clock));
    }

    @Test
    void aTurnLongerThanTheBoundIsTheNextHistoryAndOlderOnesAreFoundOnceItHasPassed()
            throws IOException {
        Budget budget = Budget.of(256 << 20, 1000);
        String large = "x".repeat((int) budget.historyBytes() + 1);
        UUID first;
        try (Talk talk = open(budget)) {
            talk.say(1, 3);
            Talk.stored(talk.memory.insert(talk.now(), large, "a4"));
            assertEquals(List.of(large, "a4"), talk.latest(20));
            first = talk.memory.latest(20).records().get(0).messageId();
            assertEquals(turns(1, 3), texts(talk.memory.before(first, 20)));
            talk.say(5, 6);
            assertEquals(turns(5, 6), talk.latest(20), "it does not fit beside them");
            Page page = talk.memory.before(
                    talk.memory.latest(20).records().get(0).messageId(), 20);
            assertTrue(texts(page).contains(large) && (page.more()
                    || texts(page).containsAll(turns(1, 3))), "it and older ones are found");
        }
        try (Talk talk = open(budget)) {
            assertEquals(turns(5, 6), talk.latest(20), "as before");
            assertEquals(turns(1, 3), texts(talk.memory.before(first, 20)));
            talk.say(7, 16);
            assertEquals(turns(7, 16), talk.latest(20));
        }
    }

    private static List<String> texts(Page page) {
        return Talk.texts(page.records());
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void theSameIsRememberedBeforeAndAfterARestart(long seed) throws IOException {
        Random random = new Random(seed);
        int bound = (int) SMALL.historyBytes();
        for (int round = 0; round < 8; round++) {
            List<List<String>> before = new ArrayList<>();
            try (Talk talk = open(SMALL)) {
                for (int i = 0; i < 3; i++) {
                    Talk.stored(talk.memory.insert(
                            talk.now(), text(random, bound), text(random, bound)));
                }
                before.addAll(histories(talk));
            }
            try (Talk talk = open(SMALL)) {
                assertEquals(before, histories(talk), "round " + round);
            }
        }
    }

    private static List<List<String>> histories(Talk talk) throws IOException {
        return List.of(talk.latest(20), talk.latest(2), talk.latest(7), talk.latest(1));
    }

    /** Short, or of a size that about fills the bound with others; bytes are up to six a char. */
    private static String text(Random random, int bound) {
        String chars = List.of("x", "\u0001", "\u00e4", "\"").get(random.nextInt(4));
        int each = chars.equals("x") ? 1 : chars.equals("\u0001") ? 6 : 2;
        int bytes = switch (random.nextInt(4)) {
            case 0 -> bound / 2 + random.nextInt(5) - 2;
            case 1 -> bound / 8 + random.nextInt(5) - 2;
            case 2 -> random.nextInt(bound / 4);
            default -> random.nextInt(20);
        };
        return chars.repeat(1 + bytes / each);
    }

    @Test
    void aClockPastTheYear4199RefusesTurnsAndNothingIsLost() throws IOException {
        for (String time : List.of("+12345-01-01T00:00:00Z", "9999-12-31T00:00:00Z",
                "4200-01-01T00:00:00Z", "1969-12-31T23:59:59Z", "-0044-03-15T00:00:00Z")) {
            try (Talk talk = open(Talk.CLOCK)) {
                talk.say(talk.all().size() / 2 + 1, talk.all().size() / 2 + 1);
            }
            List<String> before;
            try (Talk talk = open(Clock.fixed(Instant.parse(time), Talk.CLOCK.getZone()))) {
                before = talk.all();
                String refused =
                        assertThrows(IOException.class, () -> talk.say(99, 99)).getMessage();
                assertTrue(refused.contains("clock"), refused);
                assertEquals(before, talk.all());
                assertTrue(talk.memory.isWritable());
            }
            try (Talk talk = open(Talk.CLOCK)) {
                assertEquals(before, talk.all(), time);
                assertEquals(0, talk.memory.damagedLines());
            }
        }
    }

    @Test
    void turnsOfClocksThatAreAheadOrBehindStayInOrder() throws IOException {
        for (long days : new long[] {0, 50_000, -200, 3, -9000}) {
            Clock clock = Clock.offset(Talk.CLOCK, Duration.ofDays(days));
            try (Talk talk = open(clock)) {
                int next = talk.all().size() / 2 + 1;
                talk.say(next, next + 1);
                assertEquals(turns(1, next + 1), talk.all());
                assertEquals(talk.all(), talk.latest(20));
                List<MemoryRecord> records = talk.memory.latest(20).records();
                assertEquals(clock.instant(), records.get(records.size() - 1).timestamp());
                for (MemoryRecord record : records) {
                    assertFalse(talk.memory.byMessageId(record.messageId()).isEmpty());
                }
            }
        }
    }
}
