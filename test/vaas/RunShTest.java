package vaas;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
import java.nio.file.attribute.FileTime;
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
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import vaas.config.Setting;
import vaas.http.JdkServer;
import vaas.json.Json;
import vaas.memory.folder.MemoryFolder;
import vaas.testing.Await;
import vaas.testing.Postgres;

/** The script as its users run it, in a copy of this folder as it was built. */
@Tag("long")
@Timeout(300)
class RunShTest {
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
        copy("run.sh", "Makefile", "src");
        copy("build/classes", "build/vaas.jar", "build/manifest", "build/run-jars.checked",
                "build/lib"); // and nothing of what the tests need
        Files.createDirectory(archive().getParent());
        forgoArchive();
    }

    private static Path archive() {
        return home.resolve("build/archive/" + System.getProperty("java.vm.version"));
    }

    /** As where none can be made, for making one takes seconds. */
    private static void forgoArchive() throws IOException {
        Files.deleteIfExists(archive());
        Files.writeString(sum(), "");
    }

    private static Path sum() {
        return archive().resolveSibling(archive().getFileName() + ".sum");
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
        return start(command, currentFolder);
    }

    private Process start(List<String> command, Path currentFolder) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command).directory(currentFolder.toFile());
        Map<String, String> environment = builder.environment();
        Arrays.stream(Setting.values()).map(Setting::name).forEach(environment::remove);
        // This test may itself have been started by make, with other goals in mind.
        List.of("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEOVERRIDES", "JAVA_OPTS",
                "JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS").forEach(environment::remove);
        environment.put("JAVA_HOME", System.getProperty("java.home"));
        environment.putAll(settings);
        Process process = builder.start();
        started.add(process);
        return process;
    }

    private Process startAtAnyPort(Path script, String... args) throws IOException {
        settings.putIfAbsent("PORT", "0");
        return start(script, folder, args);
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
            this(startAtAnyPort(script, args));
        }

        Server(Process process) throws IOException {
            this.process = process;
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
            http.setReadTimeout(120_000);
            http.setRequestProperty("Connection", "close");
            http.setRequestProperty("Accept", "*/*"); // by itself it asks for HTML, as a browser
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
            assertTrue(process.waitFor(120, TimeUnit.SECONDS));
            assertNull(out.readLine());
            return process.exitValue();
        }
    }

    @Nested
    class AServer {
        @Test
        void saysInOneLineWhereItListensServesAndEndsWithZero() throws Exception {
            Server server = new Server("--offline");
            assertTrue(server.line.matches("vaas [0-9.]+ listens on http://127\\.0\\.0\\.1:[0-9]+,"
                    + " memory " + home.toRealPath() + "/data, model .+, offline"), server.line);
            assertTrue(server.ask("/", "").contains("Welcome"));
            assertTrue(server.ask("/health", "").contains("\"status\":\"ok\""));
            assertTrue(server.ask("/chat", HELLO).contains("sent 0 remembered messages"));
            assertTrue(server.ask("/chat", HELLO).contains("sent 2 remembered messages"));
            assertTrue(server.ask("/reset-memory", "{}").contains("\"records_removed\":4"));
            assertTrue(server.ask("/chat", HELLO).contains("sent 0 remembered messages"));
            Ended second = run("--offline");
            assertFails(1, "in use", second);
            server.terminate();
            assertEquals(0, server.awaitEnd());
        }

        @Test
        void finishesTheRunningChatWhenItIsToldToEnd() throws Exception {
            CountDownLatch asked = new CountDownLatch(1);
            CountDownLatch answer = new CountDownLatch(1);
            ExecutorService threads = Executors.newCachedThreadPool();
            try (JdkServer model = slowModel(asked, answer)) {
                settings.put("GROQ_BASE_URL", model.url().toString());
                settings.put("SHUTDOWN_GRACE", "60");
                settings.put("MEMORY_DIR", folder.resolve("memory").toString());
                Path link = Files.createSymbolicLink(
                        folder.resolve("vaas"), home.resolve("run.sh"));
                Server server = new Server(
                        Files.createSymbolicLink(folder.resolve("again"), link.getFileName()));
                assertTrue(server.line.endsWith(", online"), server.line);
                CompletableFuture<String> chat = new CompletableFuture<>();
                threads.execute(() -> complete(chat, server));
                assertTrue(asked.await(120, TimeUnit.SECONDS), "the model is asked");
                server.terminate();
                awaitRefusal(server);
                assertFalse(chat.isDone());
                answer.countDown();
                assertTrue(chat.get().contains("\"message\":\"Slowly.\""), chat.get());
                assertEquals(0, server.awaitEnd());
                String memory = Files.readString(folder.resolve("memory/memory.jsonl"));
                assertEquals(2, memory.lines().count());
            } finally {
                answer.countDown();
                threads.shutdownNow();
            }
        }

        private void complete(CompletableFuture<String> chat, Server server) {
            try {
                chat.complete(server.ask("/chat", HELLO));
            } catch (IOException e) {
                chat.completeExceptionally(e);
            }
        }

        private void awaitRefusal(Server server) {
            Await.until(() -> {
                try {
                    return server.request("/health", "").getResponseCode() != 200;
                } catch (SocketException e) {
                    return true; // no longer listening is a refusal too
                }
            });
        }

        private JdkServer slowModel(CountDownLatch asked, CountDownLatch answer)
                throws IOException {
            byte[] body = Json.write(Map.of("choices", List.of(Map.of("index", 0,
                    "finish_reason", "stop",
                    "message", Map.of("role", "assistant", "content", "Slowly.")))));
            InetSocketAddress address =
                    new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0);
            return JdkServer.start(address, "model", exchange -> {
                try (exchange) {
                    exchange.getRequestBody().readAllBytes();
                    asked.countDown();
                    answer.await();
                    exchange.getResponseHeaders().set("Content-Type", "application/json");
                    exchange.sendResponseHeaders(200, body.length);
                    exchange.getResponseBody().write(body);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
        }
    }

    /** As a module, without the script: the JDK makes the log manager by its name. */
    @Nested
    class OnTheModulePath {
        @Test
        void itStartsWithoutAWordOnStandardError() throws Exception {
            List<String> command = List.of(System.getProperty("java.home") + "/bin/java",
                    "-XX:TieredStopAtLevel=1", "-p", "build/vaas.jar:build/lib",
                    "-m", "vaas/vaas.Main", "--offline");
            settings.putAll(Map.of("PORT", "0", "LOG_LEVEL", "WARNING",
                    "MEMORY_DIR", folder.resolve("memory").toString()));
            Server server = new Server(start(command, home));
            assertTrue(server.ask("/chat", HELLO).contains("sent 0 remembered messages"));
            server.terminate();
            assertEquals(0, server.awaitEnd());
            assertEquals(List.of(), server.process.errorReader().lines().toList());
        }
    }

    @Nested
    class WhatKeepsItFromStarting {
        @Test
        void aPortInUse() throws Exception {
            try (ServerSocket taken =
                    new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
                settings.put("PORT", Integer.toString(taken.getLocalPort()));
                settings.put("MEMORY_DIR", "here"); // from the current folder
                assertFails(1, "port " + taken.getLocalPort(), run("--offline"));
                assertTrue(Files.isDirectory(folder.resolve("here")));
            }
        }

        @Test
        void noKey() throws Exception {
            Ended ended = run();
            assertFails(2, "GROQ_API_KEY", ended);
            assertTrue(ended.err.get(0).contains("--offline"), ended.toString());
        }

        @Test
        void aJavaHomeThatIsNowhere() throws Exception {
            settings.put("JAVA_HOME", "/no/such/jdk");
            assertFails(1, "JAVA_HOME is /no/such/jdk", run("--offline"));
        }

        @Test
        void aJavaThatIsTooOld() throws Exception {
            for (String version : List.of("11.0.2", "1.8.0_292", "9")) {
                fakeJava(version, "exit 99");
                Ended ended = run("--offline");
                assertFails(1, "needs 17 or newer", ended);
                assertTrue(ended.err.get(0).contains(version.startsWith("1.8") ? "Java 8"
                        : "Java " + version.replaceFirst("\\..*", "")), ended.toString());
            }
        }

        @Test
        void aJavaThatDoesNotRunIsHeard() throws Exception {
            settings.put("JAVA_TOOL_OPTIONS", "-XX:+NoSuchFlagHere");
            Ended ended = run("--offline");
            assertEquals(1, ended.exitCode, ended.toString());
            assertTrue(ended.err.contains("Unrecognized VM option 'NoSuchFlagHere'"), ended.err
                    .toString());
            assertTrue(ended.err.get(ended.err.size() - 1).endsWith("/bin/java does not run, and"
                    + " says why above"), ended.toString());
        }

        @Test
        void aFolderWhoseNameJavaWouldPart() throws Exception {
            Path parted = Files.createDirectories(folder.resolve("a:b"));
            Files.copy(home.resolve("run.sh"), parted.resolve("run.sh"));
            Files.createDirectory(parted.resolve("build"));
            Files.createFile(parted.resolve("build/vaas.jar"));
            assertFails(1, "there is a : in " + parted.toRealPath(),
                    end(start(parted.resolve("run.sh"), folder)));
        }

        @Test
        void aScriptThatIsNotWhereVaasIs() throws Exception {
            Path copy = Files.copy(home.resolve("run.sh"), folder.resolve("run.sh"));
            assertFails(1, "there is no vaas in " + folder.toRealPath(),
                    end(start(copy, folder)));
            assertFails(1, "there is no vaas in", end(start(
                    List.of("sh", "-c", "exec sh < '" + home + "/run.sh'"), folder)));
        }

        @Test
        void aDotEnvThatIsNoFile() throws Exception {
            Path file = home.resolve(".env");
            Files.createDirectory(file);
            assertFails(2, ".env is a folder", run("--offline"));
            Files.delete(file);
            Files.createSymbolicLink(file, folder.resolve("nowhere"));
            assertFails(2, ".env is a link that leads nowhere", run("--offline"));
        }

        @Test
        void aJavaThatSaysNothing() throws Exception {
            fakeJava("", "exit 99");
            assertFails(1, "unknown version", run("--offline"));
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

    /** The script trusts nothing around it: where it is called, and what is there or is not. */
    @Nested
    class Wherever {
        private static final String NOT_ENGLISH = "LC_ALL=C; export LC_ALL; ";

        /** Runs a line of shell, in which $0 is the script. */
        private Ended shell(String line) throws Exception {
            return end(start(List.of("sh", "-c", line, home.resolve("run.sh").toString()),
                    folder));
        }

        private Path program(String name, String line) throws IOException {
            Path bin = Files.createDirectories(folder.resolve("bin"));
            Path program = Files.writeString(bin.resolve(name), "#!/bin/sh\n" + line + "\n");
            assertTrue(program.toFile().setExecutable(true));
            settings.put("PATH", bin + ":" + System.getenv("PATH"));
            return program;
        }

        private void assertVersion(Ended ended) {
            assertEquals(0, ended.exitCode, ended.toString());
            assertEquals(List.of("vaas " + Main.VERSION), ended.out, ended.toString());
            assertEquals(List.of(), ended.err, ended.toString());
        }

        @Test
        void foundOnThePathItIsNotTheCurrentFolders() throws Exception {
            Assumptions.assumeTrue(isInstalled("bash"));
            Files.writeString(folder.resolve("Makefile"), "build:\n\ttouch made\n");
            Files.writeString(folder.resolve(".env"), "LOG_LEVEL=loud\n");
            Path bin = Files.createDirectories(folder.resolve("bin"));
            Files.createSymbolicLink(bin.resolve("vaas"), home.resolve("run.sh"));
            settings.put("PATH", bin + ":" + System.getenv("PATH"));
            assertVersion(end(start(List.of("bash", "vaas", "--version"), folder)));
            assertFalse(Files.exists(folder.resolve("made")));
        }

        @Test
        void whatIsClosedIsNoHindrance() throws Exception {
            assertVersion(shell("\"$0\" --version 2>&-"));
            assertVersion(shell("\"$0\" --version <&- 2>&-"));
            assertEquals(0, shell("\"$0\" --version >&- 2>&- <&-").exitCode);
            fakeJava("17.0.1", "(: 3<&0 4>&1 5>&2) || exit 9; exit 7");
            assertEquals(7, shell("\"$0\" <&- >&- 2>&-").exitCode, "all are open for Java");
            assertEquals(7, shell("\"$0\" >&-").exitCode);
        }

        @Test
        void textIsUtf8WhateverTheLocale() throws Exception {
            Ended ended = shell(NOT_ENGLISH + "MEMORY_DIR=$(printf 'Ged\\303\\244chtnis');"
                    + " mkdir $MEMORY_DIR; export MEMORY_DIR; exec \"$0\" --verify");
            assertEquals(0, ended.exitCode, ended.toString());
            assertEquals("all is well", ended.out.get(1), ended.toString());
            ended = shell(NOT_ENGLISH + "SYSTEM_PROMPT=$(printf 'h\\366flich');"
                    + " export SYSTEM_PROMPT; exec \"$0\" --offline");
            assertFails(2, "SYSTEM_PROMPT holds bytes that are not UTF-8", ended);
        }

        @Test
        void whereTheUsualUtf8LocaleIsMissingAnotherServes() throws Exception {
            fakeJava("17", "echo $LC_ALL");
            program("locale", "test $1 = -a && printf 'C\\nde_DE.utf8\\nen_US.utf8\\n' || echo C");
            assertEquals(List.of("de_DE.utf8"), run().out);
            settings.put("LC_ALL", "POSIX");
            program("locale", "echo C");
            assertEquals(List.of("POSIX"), run().out);
            program("locale", "exit 127");
            assertEquals(List.of("C.UTF-8"), run().out);
        }

        @Test
        void aMakeThatIsNotGnusIsNotTaken() throws Exception {
            String bsd = "case $1 in --version) exit 2 ;; esac; touch '" + folder + "/taken'";
            program("make", bsd);
            program("gmake", bsd);
            assertVersion(run("--version"));
            assertFalse(Files.exists(folder.resolve("taken")));
            Path copy = Files.createDirectories(folder.resolve("copy"));
            Files.createDirectories(copy.resolve("src/vaas"));
            Files.createFile(copy.resolve("src/vaas/Main.java"));
            Files.copy(home.resolve("run.sh"), copy.resolve("run.sh"));
            assertFails(1, "not built yet, and there is no GNU make",
                    end(start(copy.resolve("run.sh"), folder)));
            program("gmake", "echo GNU Make 3.81; touch '" + folder + "/taken'");
            assertEquals(1, end(start(copy.resolve("run.sh"), folder)).exitCode);
            assertTrue(Files.exists(folder.resolve("taken")));
        }

        @Test
        void whatAnotherMakeHasInMindIsNotDone() throws Exception {
            settings.put("MAKEFLAGS", "n");
            program("make", "case $1 in --version) echo GNU Make 4; exit ;; esac\n"
                    + "echo \"flags: $MAKEFLAGS\"");
            Ended ended = run("--version");
            assertEquals(List.of("flags: "), ended.err);
        }

        @Test
        void aStopWhileItBuildsIsHeardAndEndsTheBuild() throws Exception {
            program("make", "case $1 in --version) echo GNU Make 4; exit ;; esac\n"
                    + "echo building; exec sleep 1000");
            Process process = start(home.resolve("run.sh"), folder, "--offline");
            assertEquals("building", process.errorReader().readLine());
            List<ProcessHandle> build = process.toHandle().descendants().toList();
            assertEquals(1, build.size());
            process.toHandle().destroy();
            assertTrue(process.waitFor(60, TimeUnit.SECONDS));
            assertEquals(143, process.exitValue());
            build.get(0).onExit().get(60, TimeUnit.SECONDS);
        }

        /** Somebody else's, with times of the copy, so that it would be built again. */
        @Test
        void whatMayNotBeWrittenRunsAndIsLookedAt() throws Exception {
            Path other = Files.createDirectory(folder.resolve("other"));
            for (String part : List.of("run.sh", "Makefile", "src", "build")) {
                assertEquals(0, new ProcessBuilder("cp", "-R", home.resolve(part).toString(),
                        other.resolve(part).toString()).start().waitFor());
            }
            Path memories = Files.createDirectory(folder.resolve("memories"));
            settings.put("MEMORY_DIR", memories.toString());
            MemoryFolder.open(memories).close();
            assertEquals(0, new ProcessBuilder("chmod", "-R", "a+rX,a-w", folder.toString())
                    .start().waitFor());
            List<String> command = new ArrayList<>(List.of("setpriv", "--reuid=65534",
                    "--regid=65534", "--clear-groups", other.resolve("run.sh").toString()));
            if (!Files.isWritable(other)) { // not root
                command.subList(0, 4).clear();
            }
            command.add("--version");
            assertVersion(end(start(command, folder)));
            command.set(command.size() - 1, "--verify");
            Ended looked = end(start(command, folder));
            assertEquals(0, looked.exitCode, looked.toString());
            assertTrue(looked.out.get(0).startsWith(memories + " can't be written here, and so is"
                    + " looked at without its lock"), looked.toString());
            assertEquals("all is well", looked.out.get(looked.out.size() - 1));
            assertEquals(0, new ProcessBuilder("chmod", "-R", "u+w", folder.toString())
                    .start().waitFor());
            try (MemoryFolder owner = MemoryFolder.open(memories)) {
                assertTrue(owner.isWritable());
                assertFails(1, "is in use by another process", end(start(command, folder)));
            }
        }
    }

    private static boolean isInstalled(String program) {
        return Arrays.stream(System.getenv("PATH").split(":"))
                .anyMatch(bin -> Files.isExecutable(Path.of(bin, program)));
    }

    @Nested
    class TheArchiveOfClasses {
        @BeforeEach
        void setUp() throws Exception {
            copy(".ci");
            Files.delete(sum());
        }

        @AfterEach
        void forgo() throws Exception {
            forgoArchive();
        }

        private boolean isUsed(Process process) throws IOException {
            return Files.readString(Path.of("/proc/" + process.pid() + "/maps"))
                    .contains(archive().toString());
        }

        private void assertSilent() throws Exception {
            Ended ended = run("--version");
            assertEquals(new Ended(0, List.of("vaas " + Main.VERSION), List.of()), ended);
        }

        @Test
        void isMadeUsedAndLeftOutWithoutAWordWhereItDoesNotFit() throws Exception {
            Assumptions.assumeTrue(Files.exists(Path.of("/proc/self/maps")));
            assertEquals(List.of("archiving classes"), run("--version").err);
            byte[] good = Files.readAllBytes(archive());
            Server server = new Server("--offline");
            assertTrue(isUsed(server.process));
            server.terminate();
            assertEquals(0, server.awaitEnd());
            settings.put("JAVA_OPTS", "-XX:+UseParallelGC");
            assertSilent();
            settings.put("JAVA_OPTS", "-XX:-UseCompressedOops");
            assertSilent();
            settings.put("JAVA_OPTS", "-Xmx32m");
            assertSilent();
            Path jar = home.resolve("build/vaas.jar");
            FileTime time = Files.getLastModifiedTime(sum());
            Files.setLastModifiedTime(jar, time); // another jar, for the JVM, but not for make
            assertSilent();
            assertTrue(archive().toFile().setWritable(true));
            Files.write(archive(), Arrays.copyOf(good, good.length / 3));
            assertSilent();
            Files.delete(archive());
            assertSilent();
        }
    }

    @Nested
    class ADistribution {
        private static final List<String> TOOLS = List.of("cat", "cksum", "dirname", "env", "grep",
                "head", "locale", "printenv", "readlink", "sed", "sh", "tr");

        /** A path of programs on which there is neither Java nor make. */
        private String path() throws IOException {
            Path bin = Files.createDirectory(folder.resolve("bin"));
            for (String tool : TOOLS) {
                for (String place : System.getenv("PATH").split(":")) {
                    if (Files.isExecutable(Path.of(place, tool))) {
                        Files.createSymbolicLink(bin.resolve(tool), Path.of(place, tool));
                        break;
                    }
                }
            }
            return bin.toString();
        }

        @Test
        void servesWhereNoJavaIs() throws Exception {
            copy("README.md");
            Ended made = end(start(List.of("make", "-s", "-C", home.toString(), "dist"), folder));
            assertEquals(0, made.exitCode, made.toString());
            String name = "vaas-" + Main.VERSION;
            Path archive = home.resolve("build/" + name + ".tar.gz");
            assertTrue(Files.size(archive) < 30_000_000, made.toString());
            assertEquals(0, new ProcessBuilder("tar", "xzf", archive.toString()).directory(
                    folder.toFile()).inheritIO().start().waitFor());
            Path place = folder.resolve(name).toRealPath();
            assertTrue(Files.size(place.resolve("java/lib/security/cacerts")) > 10_000);
            Files.writeString(place.resolve(".env"), "AGENT_NAME=Ann\n");
            settings.put("PATH", path());
            settings.put("JAVA_HOME", "/no/such/jdk");
            Server server = new Server(place.resolve("run.sh"), "--offline");
            assertTrue(server.line.contains("memory " + place + "/data,"), server.line);
            assertTrue(server.ask("/", "").contains("Welcome to Ann"));
            assertTrue(server.ask("/chat", HELLO).contains("sent 0 remembered messages"));
            assertTrue(server.ask("/chat", HELLO).contains("sent 2 remembered messages"));
            server.terminate();
            assertEquals(0, server.awaitEnd());
            Postgres.assumeInstalled(); // whose driver wants more of Java than vaas does
            settings.putAll(Map.of("DATABASE_URL", Postgres.shared().database(),
                    "DATABASE_DRIVER", Postgres.jar().toString()));
            Server other = new Server(place.resolve("run.sh"), "--offline");
            assertTrue(other.ask("/chat", HELLO).contains("sent 0 remembered messages"));
            other.terminate();
            assertEquals(0, other.awaitEnd());
        }
    }

    @Nested
    class TheRehearsal {
        @Test
        void isSeenByNobody() throws Exception {
            Path classes = folder.resolve("classes");
            Path temporary = Files.createDirectory(folder.resolve("temporary"));
            settings.putAll(Map.of("JAVA_OPTS", "-Xlog:class+load:file=" + classes
                    + " -Djava.io.tmpdir=" + temporary, "LOG_LEVEL", "DEBUG",
                    "MEMORY_DIR", folder.resolve("memory").toString()));
            Server server = new Server("--offline");
            Await.until(() -> { // it takes place, and its reset comes last
                String loaded = Files.readString(classes);
                return loaded.contains("vaas.agent.groq.Chat ")
                        && loaded.contains("vaas.memory.file.Reset ");
            });
            server.terminate();
            assertEquals(0, server.awaitEnd());
            List<String> said = server.process.errorReader().lines().toList();
            assertEquals(1, said.size(), said.toString());
            assertTrue(said.get(0).contains("vaas.api.Api: budget"), said.toString());
            assertEquals(0, Files.size(folder.resolve("memory/memory.jsonl")));
            assertFalse(Files.exists(folder.resolve("memory/audit.jsonl")));
            try (Stream<Path> left = Files.list(temporary)) {
                assertEquals(List.of(), left.toList());
            }
        }
    }

    @Nested
    class WithAnotherJava {
        @Test
        void exitCodesAndArgumentsPassThrough() throws Exception {
            settings.put("JAVA_OPTS", "-Xmx64m -Da=b");
            fakeJava("17", "for a; do echo \"<$a>\"; done; exit 42");
            Ended ended = run("--offline", "two words", "$HOME", "");
            assertEquals(42, ended.exitCode);
            List<String> out = ended.out;
            assertEquals(List.of("<--offline>", "<two words>", "<$HOME>", "<>"),
                    out.subList(out.size() - 4, out.size()));
            assertTrue(out.containsAll(List.of("<-Xmx64m>", "<-Da=b>",
                    "<" + home.toRealPath() + "/build/vaas.jar>")), out.toString());
        }

        @Test
        void theLanguageOfTheDesktopIsNotThatOfErrors() throws Exception {
            settings.put("LANGUAGE", "de:en");
            dotEnv("LANGUAGE=fr");
            assertEquals(List.of(""), values("LANGUAGE"));
        }

        @Test
        void versionsFrom17OnAreTaken() throws Exception {
            for (String version : List.of("17", "17-ea", "17.0.15", "25.0.3", "100")) {
                fakeJava(version, "exit 7");
                assertEquals(7, run().exitCode, version);
            }
        }

        @Test
        void theDefaultMemoryIsBesideTheScript() throws Exception {
            assertEquals(List.of(home.toRealPath() + "/data"), values("MEMORY_DIR"));
            settings.put("MEMORY_DIR", "");
            assertEquals(List.of(home.toRealPath() + "/data"), values("MEMORY_DIR"));
            settings.put("MEMORY_DIR", "mine");
            assertEquals(List.of("mine"), values("MEMORY_DIR"));
        }

        @Test
        void dotEnvIsReadButNeverExecuted() throws Exception {
            Path made = folder.resolve("made");
            dotEnv("# A comment=1\r\n\n"
                    + "PORT=1\r\n"
                    + "export \t AGENT_NAME=Ann Lee\n"
                    + "SYSTEM_PROMPT=\"Be 'brief' = good\"\n"
                    + "API_TOKEN='a\"b'\n"
                    + "GROQ_API_KEY=$(touch '" + made + "')`touch '" + made + "'`;touch " + made
                    + "\n"
                    + "  AGENT_PLACE = here\t\n"
                    + "ALLOWED_HOSTS=\n"
                    + "DISABLE_TOOLS=\\n$HOME *\n"
                    + "MEMORY_DIR=mine\n"
                    + "LOG_LEVEL=DEBUG");
            assertEquals(List.of("1", "Ann Lee", "Be 'brief' = good", "a\"b",
                    "$(touch '" + made + "')`touch '" + made + "'`;touch " + made, "",
                    "\\n$HOME *", home.toRealPath() + "/mine", "DEBUG", "here"),
                    values("PORT", "AGENT_NAME", "SYSTEM_PROMPT", "API_TOKEN", "GROQ_API_KEY",
                            "ALLOWED_HOSTS", "DISABLE_TOOLS", "MEMORY_DIR", "LOG_LEVEL",
                            "AGENT_PLACE"));
            assertFalse(Files.exists(made));
        }

        @Test
        void aNameThatTheShellKeepsForItselfIsLeftToIt() throws Exception {
            dotEnv("UID=1000\nEUID=1\nPPID=2\nSHELLOPTS=x\nBASH_VERSINFO=3\nOPTIND=x\nSECONDS=x\n"
                    + "LINENO=x\nRANDOM=x\nPORT=1\nHTTPS_PROXY=http://proxy:3128\n");
            fakeJava("17", "printenv PORT HTTPS_PROXY");
            Path script = home.resolve("run.sh");
            for (String shell : List.of("bash", "bash --posix", "dash", "ksh", "mksh", "yash")) {
                List<String> command = new ArrayList<>(List.of(shell.split(" ")));
                if (!isInstalled(command.get(0))) {
                    continue;
                }
                command.add(script.toString());
                Ended ended = end(start(command, folder));
                assertEquals(0, ended.exitCode, shell + ended);
                assertEquals(List.of("1", "http://proxy:3128"), ended.out, shell + ended);
                assertEquals(List.of(), ended.err, shell);
            }
        }

        @Test
        void quotesEndAValueAndABlankAndAHashBeginAComment() throws Exception {
            dotEnv("PORT=1 # one\nAGENT_NAME=\"Ann # Lee\"\t# her\nAPI_TOKEN=a#b\n"
                    + "GROQ_API_KEY='k # \"' # quoted\nALLOWED_HOSTS= # none\nLOG_LEVEL=#\n"
                    + "SYSTEM_PROMPT=\"Say \"hi\" # now\"\nDISABLE_TOOLS='a' b' \n");
            assertEquals(List.of("1", "Ann # Lee", "a#b", "k # \"", "", "#",
                    "Say \"hi\" # now", "a' b"),
                    values("PORT", "AGENT_NAME", "API_TOKEN", "GROQ_API_KEY", "ALLOWED_HOSTS",
                            "LOG_LEVEL", "SYSTEM_PROMPT", "DISABLE_TOOLS"));
        }

        @Test
        void theLastOfTwoLinesCounts() throws Exception {
            dotEnv("PORT=1\nAGENT_NAME=Ann\nPORT=2\nAGENT_NAME=Lee\n");
            settings.put("AGENT_NAME", "Eve");
            assertEquals(List.of("2", "Eve"), values("PORT", "AGENT_NAME"));
        }

        @Test
        void aByteOrderMarkIsPassedOverAndAPipeIsRead() throws Exception {
            dotEnv("\uFEFFPORT=1\n");
            assertEquals(List.of("1"), values("PORT"));
            dotEnv("\uFEFF# a comment\nPORT=2\n");
            assertEquals(List.of("2"), values("PORT"));
            Path pipe = home.resolve(".env");
            Files.delete(pipe);
            assertEquals(0, new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor());
            start(List.of("sh", "-c", "printf 'PORT=3\\nAGENT_NAME=Ann' > '" + pipe + "'"), folder);
            assertEquals(List.of("3", "Ann"), values("PORT", "AGENT_NAME"));
        }

        @Test
        void aTildeInAFolderOfDotEnvIsTheHomeFolder() throws Exception {
            settings.put("HOME", "/home/ann");
            dotEnv("MEMORY_DIR=~/memory\nRESET_BACKUP_DIR=\"~/old\"\nAGENT_NAME=~/Ann\n");
            assertEquals(List.of("/home/ann/memory", "/home/ann/old", "~/Ann"),
                    values("MEMORY_DIR", "RESET_BACKUP_DIR", "AGENT_NAME"));
            dotEnv("MEMORY_DIR=~\nRESET_BACKUP_DIR=~bob/old\n");
            assertEquals(List.of("/home/ann", "~bob/old"),
                    values("MEMORY_DIR", "RESET_BACKUP_DIR"), "the program refuses the other");
        }

        @Test
        void theCollectorThatTheOperatorPicksWins() throws Exception {
            fakeJava("17", "for a; do echo \"<$a>\"; done");
            assertTrue(run().out.contains("<-XX:+UseSerialGC>"));
            settings.put("JAVA_OPTS", "-XX:+UseGCOverheadLimit");
            assertTrue(run().out.contains("<-XX:+UseSerialGC>"), "which is no collector");
            settings.put("JDK_JAVA_OPTIONS", "-Xmx64m -XX:+UseG1GC");
            assertFalse(run().out.contains("<-XX:+UseSerialGC>"));
            settings.clear();
            settings.put("JAVA_OPTS", "-XX:+UseParallelGC -Da=b");
            Ended real = run("--version");
            assertEquals(0, real.exitCode, real.toString());
            assertEquals(1, real.out.size(), real.toString());
        }

        @Test
        void aLineOfDotEnvThatSetsNothingEndsTheStart() throws Exception {
            for (String line : List.of("touch made", "1X=1", "A-B=1", "=1", "A B=1")) {
                dotEnv("# first\n" + line + "\nPORT=1\n");
                Ended ended = run("--offline");
                assertEquals(2, ended.exitCode, ended.toString());
                assertEquals(List.of("run.sh: line 2 of .env is not NAME=value"), ended.err);
            }
        }

        @Test
        void aNameInDotEnvIsNoVariableOfTheScript() throws Exception {
            dotEnv("java=/no/such/java\nhome=/no/such/home\nversion=1\nline=x\n"
                    + "name=y\nvalue=z\nIFS=o\nPORT=1\n");
            assertEquals(List.of("1"), values("PORT"));
        }

        @Test
        void theEnvironmentWinsOverDotEnv() throws Exception {
            dotEnv("PORT=1\nAGENT_NAME=Ann\nMEMORY_DIR=/elsewhere\n");
            settings.put("PORT", "2");
            settings.put("AGENT_NAME", "");
            assertEquals(List.of("2", "", "/elsewhere"),
                    values("PORT", "AGENT_NAME", "MEMORY_DIR"));
        }

        /** What the program finds in its environment. */
        private List<String> values(String... names) throws Exception {
            fakeJava("17", "printenv " + String.join(" ", names));
            return run("--offline").out;
        }
    }
}
