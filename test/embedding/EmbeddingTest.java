package embedding;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Compiles the README's programs against the module alone, and runs them as it says. */
@Timeout(300)
class EmbeddingTest {
    private static final String MODULES = "build/classes:build/lib";

    @TempDir
    static Path classes;
    @TempDir
    Path folder;

    @BeforeAll
    static void compile() {
        int status = ToolProvider.findFirst("javac").orElseThrow().run(System.out, System.err,
                "--module-path", MODULES, "--add-modules", "vaas", "-d", classes.toString(),
                source("MemoryAlone"), source("ServerInside"), source("HandlerMounted"),
                source("ToolsThatComeAndGo"));
        assertEquals(0, status, "they need no more than the module exports");
    }

    private static String source(String program) {
        return "test/embedding/" + program + ".java";
    }

    @Test
    void aMemoryWorksAlone() throws Exception {
        Process process = run("MemoryAlone");
        try (BufferedReader out = output(process)) {
            assertEquals("""
                    user: What is vaas?
                    assistant: A chat with a memory.
                    Receipt[recordsRemoved=OptionalLong[2], bytesRemoved=BYTES, generation=1, \
                    backup=Optional.empty]
                    Fenced[]
                    """, out.lines().collect(Collectors.joining("\n", "", "\n"))
                    .replaceAll("bytesRemoved=[0-9]+", "bytesRemoved=BYTES"));
        }
        assertEquals(0, process.waitFor());
    }

    @Test
    void aServerRunsInsideAnotherProgramAndEndsWithIt() throws Exception {
        assertChats("ServerInside", "inside listens on http://127", "/chat");
    }

    @Test
    void theHandlerRunsInAServerOfTheEmbeddersOwn() throws Exception {
        assertChats("HandlerMounted", "chat at http://127", "");
    }

    @Test
    void toolsComeFromWhereverAProgramSays() throws Exception {
        assertChats("ToolsThatComeAndGo", "listens on http://127", "/chat");
    }

    private void assertChats(String program, String start, String path) throws Exception {
        Process process = run(program);
        try (BufferedReader out = output(process)) {
            String line = out.readLine();
            assertTrue(line != null && line.startsWith(start), line);
            URI chat = URI.create(line.substring(line.indexOf("http")) + path);
            HttpResponse<String> answer = HttpClient.newHttpClient().send(
                    HttpRequest.newBuilder(chat).POST(HttpRequest.BodyPublishers.ofString(
                            "{\"message\":\"hello\"}")).build(),
                    HttpResponse.BodyHandlers.ofString());
            assertEquals(200, answer.statusCode());
            assertTrue(answer.body().contains("[offline]"));
            process.getOutputStream().write('\n');
            process.getOutputStream().flush();
            assertEquals(0, process.waitFor(), "nothing keeps the process alive");
        } finally {
            process.toHandle().destroyForcibly();
        }
    }

    private Process run(String program) throws IOException {
        return new ProcessBuilder(System.getProperty("java.home") + "/bin/java",
                "-XX:TieredStopAtLevel=1", "--module-path", MODULES, "--add-modules", "vaas",
                "-cp", classes.toString(), "embedding." + program,
                folder.resolve("memory").toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD).start();
    }

    private static BufferedReader output(Process process) {
        return new BufferedReader(
                new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }
}
