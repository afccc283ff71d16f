package vaas.http;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class BodyBudgetTest {
    private static final int BODY_MAX = 1_000_000;

    /** Without heap to speak of, it has room for one body of the greatest length. */
    private final BodyBudget budget = new BodyBudget(0, BODY_MAX);

    private static InputStream body(int bytes) {
        return new ByteArrayInputStream(new byte[bytes]);
    }

    /** So many bodies of a length are held together before one is refused. */
    private int held(int bytes) throws IOException {
        List<BodyBudget.Share> shares = new ArrayList<>();
        try {
            while (true) {
                BodyBudget.Share share = budget.share();
                shares.add(share);
                share.read(body(bytes), BODY_MAX);
            }
        } catch (Problem full) {
            return shares.size() - 1;
        } finally {
            shares.forEach(BodyBudget.Share::close);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 65_535, 65_536, 65_537, 131_072, BODY_MAX - 1, BODY_MAX})
    void aBodyIsReadWhole(int bytes) throws Exception {
        byte[] sent = new byte[bytes];
        for (int i = 0; i < bytes; i++) {
            sent[i] = (byte) i;
        }
        try (BodyBudget.Share share = budget.share()) {
            assertArrayEquals(sent, share.read(new ByteArrayInputStream(sent), BODY_MAX));
        }
    }

    @Test
    void aLongerOneIsReadToAByteBeyondItsBoundAndNoFurther() throws Exception {
        InputStream body = body(BODY_MAX + 500);
        try (BodyBudget.Share share = budget.share()) {
            assertEquals(BODY_MAX + 1, share.read(body, BODY_MAX).length);
        }
        assertEquals(499, body.available());
    }

    @Test
    void whatAllHoldTogetherIsBoundedAndGivenBack() throws IOException {
        for (int i = 0; i < 3; i++) {
            assertEquals(1, held(BODY_MAX));
            assertEquals(5, held(BODY_MAX / 4), "what a step is not filled with counts as well");
        }
    }

    @Test
    void theRefusalIsA503ThatSaysWhenToComeAgain() throws Exception {
        try (BodyBudget.Share first = budget.share(); BodyBudget.Share second = budget.share()) {
            first.read(body(BODY_MAX), BODY_MAX);
            Problem full = assertThrows(Problem.class,
                    () -> second.read(body(BODY_MAX), BODY_MAX));
            Response response = full.toResponse();
            assertEquals(503, response.status());
            assertEquals("1", response.headers().get("Retry-After"));
        }
    }

    @Test
    void aClientThatBreaksOffGivesItsShareBack() throws IOException {
        for (int i = 0; i < 50; i++) {
            try (BodyBudget.Share share = budget.share()) {
                assertThrows(IOException.class, () -> share.read(new BrokenOff(), BODY_MAX));
            }
        }
        assertEquals(1, held(BODY_MAX));
    }

    /** A body that ends in a reset. */
    private static final class BrokenOff extends InputStream {
        private int left = 200_000;

        @Override
        public int read() {
            throw new UnsupportedOperationException();
        }

        @Override
        public int read(byte[] into, int start, int count) throws IOException {
            if (left == 0) {
                throw new IOException("reset");
            }
            int read = Math.min(left, count);
            left -= read;
            return read;
        }
    }

    @Test
    void aLargeHeapHasRoomForManyOfThem() throws IOException {
        BodyBudget large = new BodyBudget(1L << 50, BODY_MAX);
        List<BodyBudget.Share> shares = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            BodyBudget.Share share = large.share();
            shares.add(share);
            try {
                assertEquals(BODY_MAX, share.read(body(BODY_MAX), BODY_MAX).length);
            } catch (Problem full) {
                throw new AssertionError("no room for number " + i, full);
            }
        }
        assertFalse(shares.isEmpty());
        shares.forEach(BodyBudget.Share::close);
    }

    @Test
    void shortBodiesAreReadHoweverManyLongOnesThereAre() throws Exception {
        try (BodyBudget.Share all = budget.share(); BodyBudget.Share one = budget.share()) {
            all.read(body(BODY_MAX), BODY_MAX);
            assertEquals(65_000, one.read(body(65_000), BODY_MAX).length);
        }
    }
}
