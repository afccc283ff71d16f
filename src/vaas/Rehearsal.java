package vaas;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import vaas.agent.Question;
import vaas.agent.groq.GroqAgent;
import vaas.agent.groq.GroqClient;
import vaas.agent.groq.OfflineGroq;
import vaas.memory.folder.MemoryFolder;

/**
 * A chat and a reset that nobody asked for, behind the open port: the first real ones then find
 * loaded and linked what they need. Model, metrics and memory, a temporary folder, are its own,
 * and what it logs is dropped.
 */
final class Rehearsal implements AutoCloseable {
    private static final String THREAD = "vaas-rehearsal";
    /** More than it ever takes; a stop waits no longer. */
    private static final long STOP_MILLIS = TimeUnit.SECONDS.toMillis(5);

    private final Thread thread;

    /** Not begun; that client is to be prepared too. */
    Rehearsal(GroqClient client) {
        thread = new Thread(() -> {
            client.prepare();
            perform();
        }, THREAD);
        thread.setDaemon(true);
    }

    void begin() {
        thread.start();
    }

    /** Whether it is what runs here. */
    static boolean isHere() {
        return Thread.currentThread().getName().equals(THREAD);
    }

    /** Waits for its end, so that nothing of it is left. */
    @Override
    public void close() {
        try {
            thread.join(STOP_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void perform() {
        try {
            Path folder = Files.createTempDirectory("vaas");
            try (MemoryFolder memory = MemoryFolder.open(folder);
                    OfflineGroq model = OfflineGroq.start();
                    GroqClient client = GroqClient.open(model.client());
                    GroqAgent agent = GroqAgent.open(client, memory, GroqAgent.options())) {
                agent.chat(Question.of("Hello"));
                memory.shared().resetMemory();
            } finally {
                delete(folder);
            }
        } catch (IOException | UncheckedIOException e) {
            // no room for it: then the first real ones are a little slower
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
