package vaas.memory.folder;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static vaas.testing.Talk.all;
import static vaas.testing.Talk.latest;
import static vaas.testing.Talk.turns;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import vaas.disk.Failing;
import vaas.disk.FaultyDisk;
import vaas.disk.Handles;
import vaas.memory.Requester;
import vaas.memory.file.Audit;
import vaas.memory.line.Limits;
import vaas.testing.Talk;

/** What goes because of a limit, and what never does. */
@ExtendWith(Handles.class)
class LimitsTest {
    private static final String OLD = "2026-11-12T08:15:30.123Z";
    private static final String NEW = "2026-11-22T08:00:00.000Z";
    private static final String AHEAD = "2031-01-01T00:00:00.000Z";
    private static final Duration FIVE_DAYS = Duration.ofDays(5);

    private static FaultyDisk with(String text) {
        return FaultyDisk.with(Lines.utf8(text));
    }

    /** Turns 1, 2, ... of times that are (o)ld, (n)ew or (a)head of the clock, as a file. */
    private static String talk(String times) {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < times.length(); i++) {
            char time = times.charAt(i);
            lines.append(Lines.turn(i + 1, time == 'o' ? OLD : time == 'n' ? NEW : AHEAD));
        }
        return lines.toString();
    }

    @ParameterizedTest
    @CsvSource({"'',0", "n,0", "nnn,0", "o,1", "ooo,3", "oon,2",
        "no,0", "non,0", "oonon,2",                   // a clock that was behind takes nothing along
        "a,0", "aan,0", "ao,2", "aon,2", "aoaon,4",   // one that was ahead goes with the next
        "oan,1", "oaan,1", "oaoaan,3", "anoo,0"})
    void byAgeGoesTheLongestRunThatEndsWithATurnThatIsOldEnough(String times, int gone)
            throws IOException {
        FaultyDisk disk = with(talk(times));
        try (Limited limited = Limited.open(disk, Limited.age(FIVE_DAYS))) {
            limited.trim();
            List<String> left = turns(gone + 1, times.length());
            assertEquals(left, all(limited.memory));
            assertEquals(left, latest(limited.memory, 20));
            assertEquals(left.size(), limited.memory.size().orElseThrow());
            limited.trim();
            assertEquals(left, all(limited.memory), "once more, nothing goes");
            assertEquals(gone > 0 ? 1 : 0, limited.audit.size());
        }
    }

    @Test
    void damageAndBlankLinesBetweenOldTurnsGoWithThemAndThoseBehindStay() throws IOException {
        FaultyDisk disk = with("broken\n" + talk("oo") + "\nbroken too\n"
                + Lines.turn(3, NEW));
        try (Limited limited = Limited.open(disk, Limited.age(FIVE_DAYS))) {
            limited.trim();
            assertEquals("\nbroken too\n" + Lines.turn(3, NEW),
                    disk.text(MemoryFolder.SHARED_FILE));
        }
    }

    @Test
    void aLimitWithNothingExceededDeletesNothingWhateverTheFileHolds() throws IOException {
        for (String text : List.of("mine but damaged\n" + Lines.turns(1, 3),
                Lines.question(1) + Lines.turns(2, 3), Lines.answer(1) + Lines.turns(2, 3),
                "only\ndamage\n", "\n\n" + Lines.turns(1, 1), Lines.turns(1, 3) + "damage\n",
                "{}\n" + Lines.turns(1, 3) + "{}\n" + Lines.answer(9))) {
            for (Limits limits : List.of(Limited.records(1_000_000), Limited.bytes(1_000_000),
                    Limited.age(FIVE_DAYS))) {
                FaultyDisk disk = with(text);
                try (Limited limited = Limited.open(disk, limits)) {
                    limited.trim();
                    assertEquals(text, disk.text(MemoryFolder.SHARED_FILE));
                    assertEquals(List.of(), limited.audit);
                }
            }
        }
    }

    @Test
    void theNewestTurnIsNeverCutByRecordsOrBytes() throws IOException {
        for (Limits limits : List.of(Limited.records(2), Limited.records(3),
                Limited.bytes(Limits.BYTES_MIN))) {
            FaultyDisk disk = new FaultyDisk();
            try (Limited limited = Limited.open(disk, limits)) {
                for (int i = 1; i <= 20; i++) {
                    limited.say(i, i);
                    List<String> left = all(limited.memory);
                    assertEquals(turns(i - left.size() / 2 + 1, i), left);
                    assertTrue(left.size() == 2 || limits.maxBytes().isPresent()
                            && left.size() <= 4,
                            "a turn that is past the limit by itself is not counted: " + left);
                }
            }
            Talk.checkUsable(disk, List.of("q20", "a20"));
        }
    }

    @Test
    void theNewestWholeTurnStaysAlsoWhereHalfOfOneFollows() throws IOException {
        FaultyDisk disk = with(Lines.turns(1, 3) + "damage\n" + Lines.answer(4));
        try (Limited limited = Limited.open(disk, Limited.records(2))) {
            limited.trim();
            assertEquals(turns(3, 3), latest(limited.memory, 20));
        }
    }

    @Test
    void aTurnLargerThanTheLimitTakesNoOthersWithIt() throws IOException {
        String large = "x".repeat(5000);
        try (Limited limited = Limited.open(new FaultyDisk(), Limited.bytes(3000))) {
            limited.say(1, 5);
            Talk.stored(limited.memory.insert(limited.memory.latest(0), large, "a6"));
            limited.trim();
            assertEquals(12, all(limited.memory).size(), "the older ones stay");
            limited.say(7, 9);
            assertTrue(all(limited.memory).containsAll(turns(1, 5)), "all fit beside it");
            limited.say(10, 14);
            List<String> left = all(limited.memory);
            assertTrue(left.contains(large) && !left.contains("q1"), "the oldest go first: "
                    + left);
            limited.say(21, 40);
            left = all(limited.memory);
            assertFalse(left.contains(large), "then it is the oldest");
            assertEquals(turns(40 - left.size() / 2 + 1, 40), left);
            assertTrue(limited.memory.bytes() <= 3000 && limited.memory.bytes() > 2000);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, 0, 1})
    void aLimitOfRecordsThatIsTooSmallForATurnIsRefused(long records) {
        MemoryFolder.Options options = MemoryFolder.at(Path.of("nowhere"));
        String refused = assertThrows(IllegalArgumentException.class,
                () -> options.maxRecords(records)).getMessage();
        assertTrue(refused.contains("records is " + records + ", expected at least 2"), refused);
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, 0, 1, 241})
    void aLimitOfBytesThatIsTooSmallForATurnIsRefused(long bytes) throws IOException {
        MemoryFolder.Options options = MemoryFolder.at(Path.of("nowhere"));
        String refused = assertThrows(IllegalArgumentException.class,
                () -> options.maxBytes(bytes)).getMessage();
        assertTrue(refused.contains("bytes is " + bytes + ", expected at least 242"), refused);
        FaultyDisk shortest = new FaultyDisk();
        try (Talk talk = Talk.open(shortest)) {
            Talk.stored(talk.memory.insert(talk.now(), "q", "a"));
            assertTrue(talk.memory.bytes() >= Limits.BYTES_MIN);
        }
    }

    @Test
    void anAgeOfNothingIsRefused() {
        MemoryFolder.Options options = MemoryFolder.at(Path.of("nowhere"));
        assertThrows(IllegalArgumentException.class, () -> options.maxAge(Duration.ZERO));
        assertThrows(IllegalArgumentException.class, () -> options.maxAge(Duration.ofDays(-1)));
    }

    @Test
    void idsThatFallHideNothingFromAPromptAfterARewrite() throws IOException {
        FaultyDisk disk = with(Lines.turns(11, 15) + Lines.turns(1, 3));
        try (Limited limited = Limited.open(disk, Limited.records(17))) {
            limited.say(21, 23);
            List<String> file = all(limited.memory);
            assertEquals(file, latest(limited.memory, 20));
            assertTrue(file.size() >= 14 && file.containsAll(turns(1, 3)), file.toString());
        }
        try (Limited limited = Limited.open(disk, Limited.records(17))) {
            assertEquals(all(limited.memory), latest(limited.memory, 20), "as before");
        }
    }

    @Test
    void failingAtAnyDiskCallOfARewriteLosesNothing() throws IOException {
        Failing.onceAndForGood(failing -> {
            FaultyDisk disk = FaultyDisk.with(Talk.file(8));
            String when = failing + " ";
            try (Limited limited = Limited.open(disk, Limited.records(7))) {
                disk.failWhen(failing);
                boolean done = Failing.succeeds(limited::trim);
                disk.heal();
                for (FaultyDisk left : disk.afterPowerCut()) {
                    checkLeft(left, done, when);
                }
                checkAudit(limited, when);
                limited.memory.resetMemory(Requester.SELF);
                assertFalse(disk.holds("q8"), when);
                Talk.say(limited.memory, 9, 9);
                assertEquals(turns(9, 9), all(limited.memory), when);
            }
        });
    }

    private static void checkLeft(FaultyDisk left, boolean done, String when) throws IOException {
        try (Talk talk = Talk.open(left)) {
            List<String> found = talk.all();
            assertTrue(found.equals(turns(6, 8)) || !done && found.equals(turns(1, 8)),
                    when + found);
            assertEquals(0, talk.memory.damagedLines(), when);
        }
    }

    /** What has gone is told, whatever failed afterwards. */
    private static void checkAudit(Limited limited, String when) throws IOException {
        long gone = 16 - latest(limited.memory, 20).size();
        long told = limited.audit.stream().mapToLong(it -> it.records().orElseThrow()).sum();
        assertEquals(gone, told, when + limited.audit.stream().map(Audit.Entry::outcome)
                .map(Audit.Outcome::words).collect(Collectors.joining(", ")));
    }

    @Test
    void aRewriteThatNobodyWantsAnyMoreChangesNothing() throws IOException {
        byte[] before = Talk.file(8);
        FaultyDisk disk = FaultyDisk.with(before);
        try (Limited limited = Limited.open(disk, Limited.records(7))) {
            limited.memory.trim(() -> false);
            assertArrayEquals(before, disk.content());
            assertEquals(List.of(), limited.audit);
        }
    }
}
