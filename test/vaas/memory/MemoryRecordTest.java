package vaas.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class MemoryRecordTest {
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
                refusal(version4, "q", Turns.WHEN));
        UUID otherVariant = UUID.fromString("f81d4fae-7dec-71d0-c765-00a0c91e6bf6");
        assertEquals("messageId is not a UUIDv7: " + otherVariant,
                refusal(otherVariant, "q", Turns.WHEN));
    }

    @Test
    void contentOfTheLargestLengthFitsAndOneCharMoreDoesNot() {
        String longest = "x".repeat(MemoryRecord.CONTENT_CHARS_MAX);
        assertEquals(longest.length(), of(Turns.id(1), longest, Turns.WHEN).content().length());
        assertEquals("content has 33554433 chars, at most 33554432 fit",
                refusal(Turns.id(1), longest + "x", Turns.WHEN));
    }

    @Test
    void halfASurrogatePairIsRefusedWithoutQuotingTheContent() {
        for (String half : new String[] {"secret\ud83d", "\ude00secret", "se\ude00\ud83dcret"}) {
            assertEquals("content holds half a surrogate pair",
                    refusal(Turns.id(1), half, Turns.WHEN));
        }
        assertEquals("\ud83d\ude00", of(Turns.id(1), "\ud83d\ude00", Turns.WHEN).content());
    }

    @Test
    void aTimestampHasWholeMilliseconds() {
        Instant before1970 = Instant.ofEpochMilli(-1);
        assertEquals(before1970, of(Turns.id(1), "q", before1970).timestamp());
        Instant finer = Turns.WHEN.plusNanos(1);
        assertEquals("timestamp finer than a millisecond: " + finer,
                refusal(Turns.id(1), "q", finer));
        assertThrows(IllegalArgumentException.class,
                () -> of(Turns.id(1), "q", before1970.minusNanos(1)));
    }

    @Test
    void noPartMayBeMissing() {
        assertThrows(NullPointerException.class, () -> of(null, "q", Turns.WHEN));
        assertThrows(NullPointerException.class, () -> of(Turns.id(1), null, Turns.WHEN));
        assertThrows(NullPointerException.class, () -> of(Turns.id(1), "q", null));
        assertThrows(NullPointerException.class,
                () -> new MemoryRecord(Turns.id(1), null, "q", Turns.WHEN));
    }

    @Test
    void asTextItTellsEverythingButTheContent() {
        String text = of(Turns.id(1), "secret", Turns.WHEN).toString();
        assertFalse(text.contains("secret"), text);
        for (Object part : new Object[] {Turns.id(1), "user", "8 bytes", Turns.WHEN}) {
            assertTrue(text.contains(part.toString()), text);
        }
    }
}
