package vaas.agent.mcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import vaas.agent.Tool;

/** When a list is read, and how far. */
class ToolListTest {
    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 5); // it may overflow
    private final Deque<Runnable> background = new ArrayDeque<>();
    private final AtomicInteger readings = new AtomicInteger();
    private boolean broken;
    private final ToolList list = new ToolList(() -> {
        readings.incrementAndGet();
        if (broken) {
            throw new IOException();
        }
        return List.of(new ServerTool("t", Map.of("inputSchema", Map.of("type", "object")),
                (tool, call) -> Tool.Result.of("")));
    }, background::add, nanos::get);

    private void assertNow(int tools, int readingsBehind) {
        assertEquals(tools, list.now().size());
        list.now(); // which begins no second one
        assertEquals(readingsBehind, background.size());
        while (!background.isEmpty()) {
            background.remove().run();
        }
    }

    @Test
    void itIsReadBehindTheFirstWhoFindsItOldAndAnHourOfSilenceCostsNothing() {
        assertNow(0, 1);
        assertNow(1, 0);
        nanos.addAndGet(Duration.ofSeconds(60).toNanos() - 1);
        assertNow(1, 0);
        nanos.incrementAndGet();
        assertNow(1, 1);
        nanos.addAndGet(Duration.ofHours(1).toNanos());
        assertEquals(2, readings.get());
        assertNow(1, 1);
        list.expire();
        assertNow(1, 1);
        assertEquals(4, readings.get());
    }

    @Test
    void aFailedReadingWithdrawsTheToolsForFiveSeconds() {
        assertNow(0, 1);
        broken = true;
        list.expire();
        assertNow(1, 1);
        assertEquals(0, list.size());
        assertTrue(!list.isUp());
        nanos.addAndGet(Duration.ofSeconds(5).toNanos() - 1);
        assertNow(0, 0);
        nanos.incrementAndGet();
        broken = false;
        assertNow(0, 1);
        assertNow(1, 0);
        assertTrue(list.isUp());
    }

    @Test
    void aToolThatHasNotChangedStaysTheSame() {
        assertNow(0, 1);
        ServerTool before = list.now().get(0);
        list.expire();
        assertNow(1, 1);
        assertTrue(before == list.now().get(0));
    }

    @Test
    void pagesEndAtACursorSeenBeforeAtAHundredAndAtAThousandTools() throws Exception {
        AtomicInteger pages = new AtomicInteger();
        assertEquals(List.of(1, 2), ToolList.pages(cursor ->
                Map.of("tools", List.of(pages.incrementAndGet()), "nextCursor", "same")));
        pages.set(0);
        assertEquals(100, ToolList.pages(cursor -> Map.of("tools", List.of(1),
                "nextCursor", "c" + pages.incrementAndGet())).size());
        pages.set(0);
        assertEquals(1000, ToolList.pages(cursor -> Map.of(
                "tools", Collections.nCopies(300, pages.get()),
                "nextCursor", "c" + pages.incrementAndGet())).size());
        assertEquals(4, pages.get());
        assertEquals(1000, ToolList.pages(cursor ->
                Map.of("tools", Collections.nCopies(5000, 1))).size());
        assertThrows(IOException.class, () -> ToolList.pages(cursor -> Map.of("tools", "x")));
    }
}
