package vaas;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The build, with every program that it runs replaced by one that tells what it was to do. */
@Timeout(300)
class MakefileTest {
    private static final String TELL = "#!/bin/sh\nmkdir busy || echo overlap >> told\n"
            + "echo \"$(basename \"$0\")\" >> told\nrmdir busy\n";

    @TempDir
    Path folder;

    @BeforeEach
    void copy() throws IOException {
        Files.copy(Path.of("Makefile"), folder.resolve("Makefile"));
        for (String name : List.of("src/", "test/", ".ci/style", ".ci/imports", ".ci/tests",
                ".ci/lines", "bin/javac", "bin/jar", "bin/java", "bin/jdeps")) {
            Path path = folder.resolve(name);
            Files.createDirectories(name.endsWith("/") ? path : path.getParent());
            if (!name.endsWith("/")) {
                assertTrue(Files.writeString(path, TELL).toFile().setExecutable(true));
            }
        }
        Files.createDirectory(folder.resolve("build"));
        Files.writeString(folder.resolve("build/test.counts"), "3 passed, 0 failed, 0 skipped\n");
    }

    /** What make prints. */
    private List<String> make(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("make", "BIN=bin/", "JAVAC=bin/javac"));
        command.addAll(List.of(arguments));
        return run(folder, Map.of(), command);
    }

    private static List<String> run(Path place, Map<String, String> environment,
            List<String> command) throws Exception {
        ProcessBuilder builder = new ProcessBuilder(command).directory(place.toFile());
        builder.environment().putAll(environment);
        // This test may itself have been started by make, with other goals in mind.
        List.of("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEOVERRIDES")
                .forEach(builder.environment()::remove);
        Process process = builder.redirectErrorStream(true).start();
        List<String> printed = process.inputReader().lines().toList();
        assertEquals(0, process.waitFor(), printed.toString());
        return printed;
    }

    private List<String> told() throws IOException {
        return Files.readAllLines(folder.resolve("told"));
    }

    @Test
    void whateverIsAskedForThereIsOneSuiteAndNothingRunsBesideAnything() throws Exception {
        make("-j8", "RUN_JARS=", "TEST_JARS=", "test", "check");
        assertEquals(List.of("javac", "javac", "jar", "tests", "style", "imports", "lines"),
                told());
    }

    @Test
    void aCheckBeginsWithTheLintsAndEndsWithTheCounts() throws Exception {
        List<String> printed = make("-j8", "RUN_JARS=", "TEST_JARS=", "check");
        assertEquals(List.of("style", "javac", "imports", "javac", "jar", "tests", "lines"),
                told());
        assertEquals("3 passed, 0 failed, 0 skipped", printed.get(printed.size() - 1));
    }

    @Test
    void theJarsOfTheTestsAreForTheTests() throws Exception {
        String build = make("-n", "build").toString();
        assertTrue(build.contains("build/lib") && !build.contains("build/test-lib"), build);
        String test = make("-n", "test").toString();
        assertTrue(test.contains("build/lib") && test.contains("build/test-lib"), test);
    }

    @Test
    void theNameOfAFolderIsNeverExecuted() throws Exception {
        Path odd = folder.resolve("odd $(touch made) `touch made` \"quoted\" it's $HOME");
        Files.createDirectories(odd.resolve("src"));
        Files.copy(Path.of("Makefile"), odd.resolve("Makefile"));
        for (String name : List.of("bin/mvn", "bin/javac", "bin/jar")) {
            Path program = odd.resolve(name);
            Files.createDirectories(program.getParent());
            Files.writeString(program, "#!/bin/sh\necho \"$0 $*\" >> told\n");
            assertTrue(program.toFile().setExecutable(true));
        }
        run(odd, Map.of("PATH", odd + "/bin:" + System.getenv("PATH"), "JAVA_HOME",
                odd.toString()), List.of("make", "verify=:", "build"));
        String told = Files.readString(odd.resolve("told"));
        assertTrue(told.contains("-DoutputDirectory=" + odd.toRealPath() + "/build/lib\n"), told);
        assertTrue(told.contains(odd + "/bin/javac --release 17 "), told);
        assertFalse(Files.exists(odd.resolve("made")));
    }

    @Test
    void helpListsTheTargetsThatPeopleUse() throws Exception {
        List<String> targets = make("help").stream().map(line -> line.split(":")[0]).toList();
        assertEquals(List.of("build", "test", "check", "run", "bench", "dist", "clean", "help"),
                targets);
        assertFalse(Files.exists(folder.resolve("told")), "and does nothing");
    }
}
