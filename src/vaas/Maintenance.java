package vaas;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import vaas.config.Config;
import vaas.memory.Contains;
import vaas.memory.Restore;
import vaas.memory.Verify;

/** What can be done with a memory while the server is stopped; each gives an exit code. */
final class Maintenance {
    private static final int PHRASE_BYTES_MAX = 64 << 10;

    private final Config.Store store;
    private final PrintStream out;

    Maintenance(Config.Store store, PrintStream out) {
        this.store = store;
        this.out = out;
    }

    /** 0 if all is well, else 1. */
    int verify() throws IOException {
        checkFolder();
        return Verify.folder(store.memoryDir(), out) ? ExitCode.OK : ExitCode.TROUBLE;
    }

    /** 1 if a phrase is found anywhere, else 0; it comes by standard input, to leave no trace. */
    int contains(InputStream in) throws IOException {
        checkFolder();
        byte[] bytes = in.readNBytes(PHRASE_BYTES_MAX + 1);
        String phrase = new String(bytes, StandardCharsets.UTF_8).replaceFirst("\\R\\z", "");
        if (phrase.isEmpty() || bytes.length > PHRASE_BYTES_MAX) {
            throw new IOException("give a phrase of 1 to " + PHRASE_BYTES_MAX
                    + " bytes on standard input");
        }
        List<Path> folders = new ArrayList<>(List.of(store.memoryDir()));
        store.backupDir().ifPresent(folders::add); // a folder that is missing is trouble
        return Contains.search(folders, phrase, out) ? ExitCode.TROUBLE : ExitCode.OK;
    }

    /** 0 if the backup is in place. */
    int restore(String backup) throws IOException {
        Path file;
        try {
            file = Path.of(backup);
        } catch (InvalidPathException e) {
            throw new IOException("the backup's name is no path", e);
        }
        if (!Files.isRegularFile(file)) {
            throw new IOException("there is no file " + backup);
        }
        out.println("restored " + Restore.run(store.memoryDir(), file.toAbsolutePath())
                + " records");
        return ExitCode.OK;
    }

    private void checkFolder() throws IOException {
        if (!Files.isDirectory(store.memoryDir())) {
            throw new IOException("there is no folder " + store.memoryDir());
        }
    }
}
