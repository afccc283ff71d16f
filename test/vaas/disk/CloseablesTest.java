package vaas.disk;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CloseablesTest {
    private final List<String> closed = new ArrayList<>();
    private final IOException first = new IOException("first");
    private final IOException second = new IOException("second");

    private Closeable good(String name) {
        return () -> closed.add(name);
    }

    private Closeable bad(IOException failure) {
        return () -> {
            closed.add(failure.getMessage());
            throw failure;
        };
    }

    @Test
    void allAreClosedInOrderAndNullsLeftOut() throws IOException {
        Closeables.all(good("a"), null, good("b"));
        assertEquals(List.of("a", "b"), closed);
        Closeables.all();
    }

    @Test
    void aFailureKeepsNobodyFromBeingClosed() {
        IOException failure = assertThrows(IOException.class,
                () -> Closeables.all(bad(first), good("b"), null, bad(second), good("d")));
        assertEquals(first, failure, "the first one, with the later ones in it");
        assertEquals(List.of("first", "b", "second", "d"), closed);
        assertArrayEquals(new Throwable[] {second}, failure.getSuppressed());
    }

    @Test
    void furtherFailuresAreAddedToTheOneThatWasThere() {
        Exception because = new IllegalStateException("because");
        Closeables.after(because, bad(first), null, bad(second), good("c"));
        assertEquals(List.of("first", "second", "c"), closed);
        assertArrayEquals(new Throwable[] {first}, because.getSuppressed());
        assertArrayEquals(new Throwable[] {second}, first.getSuppressed());
    }
}
