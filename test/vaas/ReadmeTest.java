package vaas;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import vaas.config.Setting;

/** Holds the README to the code. */
class ReadmeTest {
    private final String readme = read("README.md");

    @ParameterizedTest
    @EnumSource(Setting.class)
    void eachSettingHasItsRowAndItsLineInHelp(Setting setting) {
        String shown = setting.defaultValue().isEmpty() ? "-" : "`" + setting.defaultValue() + "`";
        String row = "| `" + setting + "` | " + shown + " | " + setting.meaning() + " |";
        assertTrue(readme.contains(row), "README lacks " + row);
        assertTrue(Main.help().contains(setting.meaning()));
        assertTrue(Main.help().contains(setting.defaultValue()));
    }

    @Test
    void thereIsNoRowForASettingThatDoesNotExist() {
        List<String> rows = Stream.of(section("Settings").split("\n"))
                .filter(line -> line.startsWith("| `")).toList();
        assertEquals(Setting.values().length, rows.size());
    }

    @ParameterizedTest
    @ValueSource(strings = {"ServerInside", "HandlerMounted", "MemoryAlone", "ToolsThatComeAndGo"})
    void theEmbeddingSectionIsTheProgramsThatTheTestsRun(String name) {
        String program = read("test/embedding/" + name + ".java");
        String body = program.substring(program.indexOf("public static void main"));
        body = body.substring(0, body.lastIndexOf("}")).stripTrailing();
        String shown = body.lines().map(line -> line.startsWith("    ") ? line.substring(4) : line)
                .reduce((a, b) -> a + "\n" + b).orElseThrow();
        assertTrue(section("Embedding").contains(shown), "the README shows another " + name);
    }

    @Test
    void theLayoutNamesEveryPackageAndNoOther() throws IOException {
        try (Stream<Path> files = Files.walk(Path.of("src"))) {
            List<String> packages = files.filter(path -> path.toString().endsWith(".java"))
                    .map(path -> Path.of("src").relativize(path).getParent())
                    .filter(path -> path != null)
                    .map(path -> path.toString().replace('/', '.')).distinct().sorted().toList();
            List<String> shown = Stream.of(section("Layout").split("\n"))
                    .filter(line -> line.startsWith("| `vaas"))
                    .map(line -> line.split("`")[1]).sorted().toList();
            assertEquals(packages, shown);
        }
    }

    @Test
    void versionAndChangesAgree() {
        assertTrue(section("Changes").contains("### " + Main.VERSION + " "));
        assertTrue(read("src/vaas/api/face/openapi.json")
                .contains("\"version\": \"" + Main.VERSION + "\""));
    }

    @Test
    void theServiceIsOneThatSystemdTakes(@TempDir Path folder) throws IOException {
        String unit = block("As a service", "ini");
        assertTrue(unit.startsWith("[Unit]\n") && unit.contains("\n[Service]\n")
                && unit.endsWith("\n[Install]\nWantedBy=multi-user.target\n"), unit);
        for (String line : List.of("ExecStart=/opt/vaas/run.sh", "DynamicUser=yes",
                "StateDirectory=vaas", "Environment=MEMORY_DIR=%S/vaas", "Restart=on-failure")) {
            assertTrue(unit.contains("\n" + line + "\n"), "the unit lacks " + line);
        }
        assertEquals(List.of(), complaints(Files.writeString(folder.resolve("vaas.service"),
                unit.replace("/opt/vaas/run.sh", "/bin/sh")))); // which is there
    }

    /** What systemd says about a unit; nothing where there is no systemd. */
    private static List<String> complaints(Path unit) throws IOException {
        Process verify = new ProcessBuilder("/bin/sh", "-c",
                "! command -v systemd-analyze > /dev/null || systemd-analyze verify " + unit)
                .redirectErrorStream(true).start();
        String said = new String(verify.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        // It also looks at units of this machine, which may have faults of their own.
        return said.lines().filter(line -> line.contains("vaas")).toList();
    }

    private String block(String title, String language) {
        String fence = "\n```" + language + "\n";
        String section = section(title);
        int start = section.indexOf(fence) + fence.length();
        return section.substring(start, section.indexOf("\n```", start) + 1);
    }

    private String section(String title) {
        int start = readme.indexOf("\n## " + title + "\n");
        assertTrue(start >= 0, "README has no section " + title);
        int end = readme.indexOf("\n## ", start + 1);
        return readme.substring(start, end < 0 ? readme.length() : end);
    }

    private static String read(String file) {
        try {
            return Files.readString(Path.of(file));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
