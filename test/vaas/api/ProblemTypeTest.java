package vaas.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Holds the problem types of the code, of openapi.json and of the README to each other. */
class ProblemTypeTest {
    private final Map<String, Object> components =
            Described.map(Described.DOCUMENT.get("components"));

    @Test
    void theDocumentListsThemAllAndNoOther() {
        List<String> types = new ArrayList<>(List.of("about:blank"));
        Stream.of(ProblemType.values()).map(ProblemType::uri).forEach(types::add);
        assertEquals(types, Described.map(Described.map(components.get("schemas"))
                .get("ProblemType")).get("enum"));
    }

    /** Its examples of errors, of those that have a type of their own. */
    private Stream<Map<String, Object>> explained() {
        return Described.map(components.get("examples")).values().stream().map(Described::map)
                .filter(example -> example.containsKey("description"));
    }

    @Test
    void theReadmeSaysWhatTheDocumentSays() throws IOException {
        List<String> rows = explained().map(example -> {
            Map<String, Object> error = Described.map(example.get("value"));
            return "| `" + error.get("type") + "` | " + error.get("status") + " | "
                    + example.get("description") + " |";
        }).toList();
        assertEquals(rows, Files.readString(Path.of("README.md")).lines()
                .filter(line -> line.startsWith("| `/docs#")).toList());
        assertEquals(Stream.of(ProblemType.values())
                .map(type -> "| `" + type.uri() + "` | " + type.status() + " | ").toList(),
                rows.stream().map(row -> row.replaceFirst("(\\| .* \\| [0-9]+ \\| ).*", "$1"))
                        .toList());
    }

    @Test
    void eachIsAStableAddressOfItsOwn() {
        Set<String> seen = new HashSet<>();
        for (ProblemType type : ProblemType.values()) {
            assertTrue(type.uri().matches("/docs#[a-z]+(-[a-z]+)*"), type.uri());
            assertTrue(seen.add(type.uri()), type.uri());
        }
    }
}
