package vaas.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What of W3C Trace Context is read, and what is handed on. */
class TraceTest {
    private static final String ID = "4bf92f3577b34da6a3ce929d0e0e4736";

    @ParameterizedTest
    @CsvSource({"00,01,'',true", "00,00,'',false", "00,fe,'',false", "00,03,'',true",
        "cc,01,'',true", "01,01,-what-comes-later,true", "fe,00,-,false"})
    void isReadInVersionsOfTodayAndLater(String version, String flags, String more, boolean set) {
        assertEquals(Optional.of(new Trace(ID, set)), Trace.of(
                List.of(version + "-" + ID + "-00f067aa0ba902b7-" + flags + more)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "00", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
        "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
        "cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01.more",
        "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
        "0A-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00F067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0A",
        "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
        "00-4bf92f3577b34da6a3ce929d0e0e473-600f067aa0ba902b7-01",
        "00_4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        " 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"})
    void thatIsNotValidIsAsNone(String parent) {
        assertEquals(Optional.empty(), Trace.of(List.of(parent)));
    }

    @Test
    void toldTwiceIsAsNone() {
        String parent = new Trace(ID, true).nextParent();
        assertEquals(Optional.empty(), Trace.of(List.of(parent, parent)));
        assertEquals(Optional.empty(), Trace.of(List.of()));
    }

    @Test
    void isHandedOnWithANewSpan() {
        Trace trace = new Trace(ID, true);
        String parent = trace.nextParent();
        assertTrue(parent.startsWith("00-" + ID) && parent.endsWith("-01"), parent);
        assertEquals(Optional.of(trace), Trace.of(List.of(parent)));
        assertNotEquals(parent, trace.nextParent());
    }
}
