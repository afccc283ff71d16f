package vaas;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class OpenedTest {
    private final List<String> closed = new ArrayList<>();
    private final Opened opened = new Opened();

    private void add(String name, Exception trouble) {
        opened.add(() -> {
            closed.add(name);
            if (trouble != null) {
                throw trouble;
            }
        });
    }

    @Test
    void whatIsAddedIsReturned() {
        AutoCloseable closeable = () -> {};
        assertSame(closeable, opened.add(closeable));
    }

    @Test
    void theLastOpenedIsClosedFirst() {
        add("memory", null);
        add("agent", null);
        add("server", null);
        opened.closeAll();
        assertEquals(List.of("server", "agent", "memory"), closed);
    }

    @Test
    void oneThatCannotBeClosedKeepsNoOtherOpen() {
        add("memory", null);
        add("agent", new IOException("no luck"));
        add("server", new IllegalStateException("no luck"));
        opened.closeAll();
        assertEquals(List.of("server", "agent", "memory"), closed);
    }

    @Test
    void eachIsClosedOnce() {
        opened.closeAll();
        add("memory", new IOException("no luck"));
        opened.closeAll();
        opened.closeAll();
        assertEquals(List.of("memory"), closed);
    }
}
