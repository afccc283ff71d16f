package vaas;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import vaas.config.Setting;
import vaas.json.Json;

/** The script as its users run it, in a copy of this folder as it was built. */
@Timeout(120)
class RunShVariablesTest {
    private static final String HELLO = "{\"message\":\"Hello\"}";

    /** A folder with a blank in its name. */
    private static Path home;
    @TempDir
    static Path shared;
    @TempDir
    Path folder;

    private final List<Process> started = new ArrayList<>();
    private final Map<String, String> settings = new HashMap<>();

    /** What a script that has ended left. */
    private record Ended(int exitCode, List<String> out, List<String> err) {}

    @BeforeAll
    static void copy() throws Exception {
        home = Files.createDirectory(shared.resolve("my vaas"));
        Files.createDirectory(home.resolve("build"));
        Files.createDirectory(home.resolve("test"));
        copy("run.sh", "Makefile", ".ci", "src");
        copy("build/classes", "build/vaas.jar", "build/manifest", "build/jars.checked",
                "build/lib");
        Files.createSymbolicLink(home.resolve("build/test-lib"),
                Path.of("build/test-lib").toRealPath());
    }

    /** With the times, or it would be built again. */
    private static void copy(String... names) throws Exception {
        for (String name : names) {
            Process copy = new ProcessBuilder("cp", "-Rp", name, home.resolve(name).toString())
                    .inheritIO().start();
            assertEquals(0, copy.waitFor(), name);
        }
    }

    @AfterEach
    void endAll() throws Exception {
        Files.deleteIfExists(home.resolve(".env"));
        for (Process process : started) {
            process.toHandle().descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly().waitFor();
        }
    }

    private Process start(Path script, Path currentFolder, String... args) throws IOException {
        List<String> command = new ArrayList<>(List.of(script.toString()));
        command.addAll(List.of(args));
        ProcessBuilder builder = new ProcessBuilder(command).directory(currentFolder.toFile());
        Map<String, String> environment = builder.environment();
        Arrays.stream(Setting.values()).map(Setting::name).forEach(environment::remove);
        // This test may itself have been started by make, with other goals in mind.
        List.of("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEOVERRIDES", "JAVA_OPTS",
                "JAVA_TOOL_OPTIONS").forEach(environment::remove);
        environment.put("JAVA_HOME", System.getProperty("java.home"));
        environment.putAll(settings);
        Process process = builder.start();
        started.add(process);
        return process;
    }

    private Ended end(Process process) throws Exception {
        CompletableFuture<List<String>> err =
                CompletableFuture.supplyAsync(() -> process.errorReader().lines().toList());
        List<String> out = process.inputReader().lines().toList();
        return new Ended(process.waitFor(), out, err.get());
    }

    private Ended run(String... args) throws Exception {
        return end(start(home.resolve("run.sh"), folder, args));
    }

    private static void assertFails(int exitCode, String part, Ended ended) {
        assertEquals(exitCode, ended.exitCode, ended.toString());
        assertEquals(1, ended.err.size(), ended.toString());
        assertTrue(ended.err.get(0).contains(part), ended.toString());
        assertEquals(List.of(), ended.out);
    }

    private void dotEnv(String text) throws IOException {
        Files.writeString(home.resolve(".env"), text);
    }

    /** A server that has said where it listens. */
    private final class Server {
        final Process process;
        final String line;
        final BufferedReader out;
        final URI url;

        Server(Path script, String... args) throws IOException {
            settings.putIfAbsent("PORT", "0");
            process = start(script, folder, args);
            out = new BufferedReader(new InputStreamReader(
                    process.getInputStream(), StandardCharsets.UTF_8));
            line = out.readLine();
            if (line == null) {
                throw new AssertionError(
                        process.errorReader().lines().toList().toString());
            }
            url = URI.create(line.replaceFirst(".* listens on ([^,]*),.*", "$1"));
        }

        Server(String... args) throws IOException {
            this(home.resolve("run.sh"), args);
        }

        HttpURLConnection request(String path, String body) throws IOException {
            HttpURLConnection http =
                    (HttpURLConnection) url.resolve(path).toURL().openConnection();
            http.setReadTimeout(30_000);
            http.setRequestProperty("Connection", "close");
            if (!body.isEmpty()) {
                http.setDoOutput(true);
                http.setRequestProperty("Content-Type", "application/json");
                http.getOutputStream().write(body.getBytes(StandardCharsets.UTF_8));
            }
            return http;
        }

        String ask(String path, String body) throws IOException {
            return new String(request(path, body).getInputStream().readAllBytes(),
                    StandardCharsets.UTF_8);
        }

        /** As Ctrl-C, kill, systemd and containers do. */
        void terminate() {
            process.toHandle().destroy();
        }

        /** Its exit code; what else it has printed must be nothing. */
        int awaitEnd() throws Exception {
            assertTrue(process.waitFor(60, TimeUnit.SECONDS));
            assertEquals(null, out.readLine());
            return process.exitValue();
        }
    }

    /** Puts a Java in the place of the real one, which only runs a line of shell. */
    private void fakeJava(String version, String line) throws IOException {
        Path bin = Files.createDirectories(folder.resolve("jdk/bin"));
        Path java = bin.resolve("java");
        Files.writeString(java, "#!/bin/sh\nif [ \"$1\" = -version ]; then\n"
                + "  echo 'openjdk version \"" + version + "\" 2019-01-15' >&2; exit\nfi\n"
                + line + "\n");
        assertTrue(java.toFile().setExecutable(true));
        settings.put("JAVA_HOME", folder.resolve("jdk").toString());
    }

    @Nested
    class WithAnotherJava {
        /** To RunShTest.WithAnotherJava. */
        @Test
        void aNameInDotEnvIsNoVariableOfTheScript() throws Exception {
            dotEnv("java=/no/such/java\nhome=/no/such/home\nversion=1\nline=x\n"
                    + "name=y\nvalue=z\nIFS=o\nPORT=1\n");
            assertEquals(List.of("1"), values("PORT"));
        }

        /** What the program finds in its environment. */
        private List<String> values(String... names) throws Exception {
            fakeJava("17", "printenv " + String.join(" ", names));
            return run("--offline").out;
        }
    }
}
