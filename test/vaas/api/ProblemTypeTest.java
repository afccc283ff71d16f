package vaas.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Holds the README's table of problem types to the code. */
class ProblemTypeTest {
    @Test
    void theReadmeListsThemAllAndNoOther() throws IOException {
        List<String> rows = Files.readString(Path.of("README.md")).lines()
                .filter(line -> line.startsWith("| `/docs#")).toList();
        assertEquals(Stream.of(ProblemType.values()).map(ProblemType::row).toList(), rows);
    }

    @Test
    void eachIsAStableAddressOfItsOwn() {
        Set<String> seen = new HashSet<>();
        for (ProblemType type : ProblemType.values()) {
            assertTrue(type.uri().matches("/docs#[a-z]+(-[a-z]+)*"), type.uri());
            assertTrue(seen.add(type.uri()), type.uri());
            assertTrue(type.row().contains("| " + type.status() + " |"), type.row());
        }
    }
}
