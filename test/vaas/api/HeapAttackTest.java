package vaas.api;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A real server in a heap of 64 MiB; {@code make bench BENCH=all} tries other heaps too. */
@Tag("long")
class HeapAttackTest {
    @Test
    @Timeout(180)
    void whateverClientsSendItLivesServesAndLosesNothing() throws Exception {
        List<String> stood = new ArrayList<>();
        HeapAttack.run(64, true, stood::add);
        assertEquals(6, stood.size(), stood.toString());
    }
}
