package vaas.api;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A server of its own for each test of a class, in a folder that is empty at first. */
public abstract class ServedFixture {
    @TempDir
    protected Path folder;
    protected Served served;
    private final String[] settings;

    /** With settings as name, value, name, value. */
    protected ServedFixture(String... settings) {
        this.settings = settings;
    }

    @BeforeEach
    protected final void startServer() throws IOException {
        served = Served.start(folder, settings);
    }

    @AfterEach
    protected final void stopServer() throws IOException {
        served.close();
    }
}
