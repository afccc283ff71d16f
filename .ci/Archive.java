import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Makes the archive of classes with which run.sh starts: java .ci/Archive.java JAR ARCHIVE. A
 * server with the options of run.sh, with a port and a memory of its own, notes as it ends what it
 * has loaded for its start, for the chat and the reset that it rehearses by itself, and for the
 * requests below. Its model is one that nobody can reach; TLS is made ready for it all the same.
 */
final class Archive {
    private static final int SECONDS_MAX = 60;

    private final Path jar;
    private final Path folder;
    private final Path made;

    private Archive(Path jar, Path folder) {
        this.jar = jar;
        this.folder = folder;
        this.made = folder.resolve("archive");
    }

    public static void main(String[] args) throws Exception {
        Path archive = Path.of(args[1]).toAbsolutePath();
        Path folder = Files.createTempDirectory(archive.getParent(), "making");
        Archive work = new Archive(Path.of(args[0]).toAbsolutePath(), folder);
        if (Runtime.version().feature() < 24) {
            work.serve("-XX:ArchiveClassesAtExit=" + work.made);
        } else {
            String notes = "-XX:AOTConfiguration=" + work.folder.resolve("notes");
            work.serve("-XX:AOTMode=record", notes);
            work.end(work.java("-XX:AOTMode=create", notes, "-XX:AOTCache=" + work.made));
        }
        Files.move(work.made, archive, StandardCopyOption.ATOMIC_MOVE);
        try (Stream<Path> rest = Files.walk(folder)) {
            rest.sorted(Comparator.reverseOrder()).forEach(path -> path.toFile().delete());
        }
    }

    private void serve(String... options) throws Exception {
        Process server = java(options);
        try {
            String line = server.inputReader().readLine();
            URI url = URI.create(line.replaceFirst(".* listens on ([^,]*),.*", "$1"));
            ask(url, "GET /health", "");
            ask(url, "POST /chat", "{\"text\":\"Hello\"}");
            ask(url, "POST /reset-memory", "{}");
        } finally {
            server.toHandle().destroy();
            end(server);
        }
    }

    private Process java(String... options) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC", "-XX:+ExitOnOutOfMemoryError", "-Xlog:disable"));
        command.addAll(List.of(options));
        command.addAll(List.of("-jar", jar.toString()));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().keySet().removeIf(name -> !name.startsWith("LC_"));
        builder.environment().putAll(Map.of("PORT", "0", "LOG_LEVEL", "WARNING",
                "MEMORY_DIR", folder.resolve("memory").toString(),
                "GROQ_BASE_URL", "https://127.0.0.1:1"));
        return builder.start();
    }

    private static void ask(URI server, String what, String body) throws IOException {
        try (Socket socket = new Socket(server.getHost(), server.getPort())) {
            socket.getOutputStream().write((what + " HTTP/1.1\r\nHost: localhost\r\n"
                    + "Connection: close\r\nContent-Type: application/json\r\nContent-Length: "
                    + body.length() + "\r\n\r\n" + body).getBytes(StandardCharsets.US_ASCII));
            socket.getInputStream().readAllBytes();
        }
    }

    private void end(Process process) throws Exception {
        Thread rest = new Thread(() -> process.inputReader().lines().forEach(System.err::println));
        rest.setDaemon(true);
        rest.start();
        if (!process.waitFor(SECONDS_MAX, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
        rest.join();
    }
}
