package vaas.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class MemoryRecordTest {
    private static final UUID ID = UUID.fromString("00000000-0001-7000-8000-000000000000");
    private static final Instant WHEN = Instant.parse("2026-11-22T08:15:30.123Z");

    private static MemoryRecord of(UUID id, String content, Instant when) {
        return new MemoryRecord(id, Role.USER, content, when);
    }

    private static String refusal(UUID id, String content, Instant when) {
        return assertThrows(IllegalArgumentException.class, () -> of(id, content, when))
                .getMessage();
    }

    @Test
    void onlyAUuidOfVersion7AndItsVariantIsAnId() {
        UUID version4 = UUID.fromString("f81d4fae-7dec-41d0-a765-00a0c91e6bf6");
        assertEquals("messageId is not a UUIDv7: " + version4,
                refusal(version4, "q", WHEN));
        UUID otherVariant = UUID.fromString("f81d4fae-7dec-71d0-c765-00a0c91e6bf6");
        assertEquals("messageId is not a UUIDv7: " + otherVariant,
                refusal(otherVariant, "q", WHEN));
    }

    @Test
    void contentOfTheLargestLengthFitsAndOneCharMoreDoesNot() {
        String longest = "x".repeat(MemoryRecord.CONTENT_CHARS_MAX);
        assertEquals(longest.length(), of(ID, longest, WHEN).content().length());
        assertEquals("content has 33554433 chars, at most 33554432 fit",
                refusal(ID, longest + "x", WHEN));
    }

    @Test
    void halfASurrogatePairIsRefusedWithoutQuotingTheContent() {
        for (String half : new String[] {"secret\ud83d", "\ude00secret", "se\ude00\ud83dcret"}) {
            assertEquals("content holds half a surrogate pair",
                    refusal(ID, half, WHEN));
        }
        assertEquals("\ud83d\ude00", of(ID, "\ud83d\ude00", WHEN).content());
    }

    @Test
    void aTimestampHasWholeMilliseconds() {
        Instant before1970 = Instant.ofEpochMilli(-1);
        assertEquals(before1970, of(ID, "q", before1970).timestamp());
        Instant finer = WHEN.plusNanos(1);
        assertEquals("timestamp finer than a millisecond: " + finer,
                refusal(ID, "q", finer));
        assertThrows(IllegalArgumentException.class,
                () -> of(ID, "q", before1970.minusNanos(1)));
    }

    @Test
    void noPartMayBeMissing() {
        assertThrows(NullPointerException.class, () -> of(null, "q", WHEN));
        assertThrows(NullPointerException.class, () -> of(ID, null, WHEN));
        assertThrows(NullPointerException.class, () -> of(ID, "q", null));
        assertThrows(NullPointerException.class,
                () -> new MemoryRecord(ID, null, "q", WHEN));
    }

    @Test
    void asTextItTellsEverythingButTheContent() {
        String text = of(ID, "secret", WHEN).toString();
        assertFalse(text.contains("secret"), text);
        for (Object part : new Object[] {ID, "user", "8 bytes", WHEN}) {
            assertTrue(text.contains(part.toString()), text);
        }
    }
}
