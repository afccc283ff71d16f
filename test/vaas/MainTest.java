package vaas;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import vaas.config.Setting;
import vaas.memory.folder.MemoryFolder;

/** Every way in which the program does not start; that it starts is shown by {@link RunShTest}. */
@Timeout(60)
class MainTest {
    @TempDir
    Path folder;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private int run(Map<String, String> environment, String... args) {
        return Main.run(List.of(args), environment, InputStream.nullInputStream(),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8));
    }

    private List<String> errors() {
        return err.toString(StandardCharsets.UTF_8).lines().toList();
    }

    private Map<String, String> environment(String name, String value) {
        Map<String, String> environment = new HashMap<>(
                Map.of("PORT", "0", "MEMORY_DIR", folder.resolve("memory").toString()));
        environment.put(name, value);
        return environment;
    }

    /** Starts in vain, and returns the one sentence that says why. */
    private String trouble(Map<String, String> environment) {
        assertEquals(1, run(environment, "--offline"));
        assertEquals(0, out.size());
        assertEquals(1, errors().size(), errors().toString());
        String sentence = errors().get(0);
        assertTrue(sentence.startsWith("vaas: can't start: "), sentence);
        assertFalse(sentence.contains("Exception"), sentence);
        return sentence;
    }

    @ParameterizedTest
    @EnumSource
    void helpNamesTheSetting(Setting setting) {
        assertEquals(0, run(Map.of(), "--help"));
        String help = out.toString(StandardCharsets.UTF_8);
        assertTrue(help.contains("  " + setting + " "), help);
        assertTrue(help.contains(setting.meaning()), help);
        assertEquals(0, err.size());
    }

    @Test
    void helpNamesTheOptionsAndExitCodes() {
        assertEquals(0, run(Map.of("PORT", "bad"), "--offline", "--help", "--version"));
        String help = out.toString(StandardCharsets.UTF_8);
        for (String part : List.of("--offline", "--help", "--version", "Exit codes: 0", "2")) {
            assertTrue(help.contains(part), help);
        }
    }

    @Test
    void helpIsGivenWhereverItIsAskedForAndAnOptionMayComeTwice() {
        assertEquals(0, run(Map.of(), "--restore", "--help"));
        assertTrue(out.toString(StandardCharsets.UTF_8).startsWith("Usage: "));
        assertEquals(2, run(Map.of("PORT", "bad"), "--offline", "--offline"));
        assertEquals(2, run(Map.of("PORT", "bad"), "--contains", "--verify", "--contains"));
        assertEquals(List.of("PORT", "PORT"),
                errors().stream().map(line -> line.split(" ")[1]).toList());
    }

    @Test
    void versionIsOneLine() {
        assertEquals(0, run(Map.of("PORT", "bad"), "--version"));
        assertEquals("vaas " + Main.VERSION + System.lineSeparator(),
                out.toString(StandardCharsets.UTF_8));
        assertTrue(Main.VERSION.matches("[0-9]+\\.[0-9]+\\.[0-9]+"));
        assertEquals(0, err.size());
    }

    @ParameterizedTest
    @ValueSource(strings = {"--ofline", "-h", "help", "", "--help=1", "--Help", "--port"})
    void anUnknownOptionIsNamed(String option) {
        assertEquals(2, run(Map.of(), "--help", option));
        assertEquals(List.of("vaas: unknown option " + option + "; see --help"), errors());
        assertEquals(0, out.size());
    }

    @Test
    void allWrongSettingsAreToldOneALine() {
        assertEquals(2, run(Map.of("PORT", "x", "LOG_LEVEL", "loud", "GROQ_TIMEOUT", "0",
                "API_TOKEN", "s3cret word"), "--offline"));
        assertEquals(List.of("API_TOKEN", "GROQ_TIMEOUT", "LOG_LEVEL", "PORT"), errors().stream()
                .map(line -> line.split(" ")[1]).sorted().toList());
        assertTrue(errors().stream().allMatch(line -> line.startsWith("vaas: ")));
        assertFalse(errors().toString().contains("s3cret"));
        assertEquals(0, out.size());
    }

    @ParameterizedTest
    @CsvSource({"MEMORY_MAX_RECORDS,1", "MEMORY_MAX_BYTES,241", "AGENT_MEMORY_SIZE,1"})
    void whatCouldHoldNoTurnIsRefusedByName(String name, String value) {
        assertEquals(2, run(environment(name, value), "--offline"));
        assertEquals(1, errors().size(), errors().toString());
        assertTrue(errors().get(0).startsWith("vaas: " + name + " is "), errors().get(0));
        assertFalse(Files.exists(folder.resolve("memory")), "nothing was begun");
    }

    @Test
    void withoutKeyBothWaysOutAreNamed() {
        assertEquals(2, run(environment("PORT", "0")));
        assertEquals(1, errors().size());
        assertTrue(errors().get(0).contains("GROQ_API_KEY")
                && errors().get(0).contains("--offline"), errors().get(0));
        assertFalse(Files.exists(folder.resolve("memory")), "nothing was begun");
    }

    @Test
    void aPortInUseIsNamedAndTheMemoryGivenBack() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            String port = Integer.toString(taken.getLocalPort());
            assertTrue(trouble(environment("PORT", port)).contains("port " + port));
        }
        MemoryFolder.open(folder.resolve("memory")).close();
    }

    @Test
    void aFileWhereTheFolderShouldBeIsNamed() throws IOException {
        Path file = Files.createFile(folder.resolve("file"));
        for (Path memory : List.of(file, file.resolve("below"))) {
            String sentence = trouble(environment("MEMORY_DIR", memory.toString()));
            assertTrue(sentence.contains(file.toString()), sentence);
            err.reset();
        }
    }

    @Test
    void aMemoryInUseIsNamed() throws IOException {
        Path taken = folder.resolve("memory");
        try (MemoryFolder memory = MemoryFolder.open(taken)) {
            assertTrue(trouble(environment("PORT", "0")).contains(taken.toString()));
            assertTrue(memory.isWritable());
        }
    }
}
