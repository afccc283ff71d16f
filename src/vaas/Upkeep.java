package vaas;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import vaas.config.Config;
import vaas.memory.Conversations;
import vaas.memory.folder.Maintenance;
import vaas.memory.folder.MemoryFolder;
import vaas.memory.sql.DatabaseMaintenance;

/** What looks after a memory: in the database, where one is set, else in the folder. */
final class Upkeep {
    private final Path home;
    private final Maintenance folder;
    private final DatabaseMaintenance database; // null if none is set
    private final PrintStream out;

    Upkeep(Config config, Maintenance folder, PrintStream out) {
        this.home = config.memoryDir();
        this.folder = folder;
        this.database = config.database().map(it -> new DatabaseMaintenance(it, out)).orElse(null);
        this.out = out;
    }

    /**
     * Performs a command other than to serve.
     *
     * @return whether all is well
     */
    boolean perform(Command command, List<String> args, InputStream in) throws IOException {
        switch (command) {
            case VERIFY_FILE:
                return folder.verify(args.get(1));
            case VERIFY:
                return database == null ? folder.verify() : database.verify();
            case CONTAINS:
                return !(database == null ? folder.contains(in) : databaseContains(in));
            case IMPORT:
                takeIn();
                return true;
            case EXPORT:
                giveOut();
                return true;
            default:
                restore(args.get(1), args.size() > 2 ? args.get(3) : Conversations.SHARED);
                return true;
        }
    }

    private boolean databaseContains(InputStream phrase) throws IOException {
        try (Conversations all = database.open()) {
            return Maintenance.contains(phrase, all, out);
        }
    }

    private void takeIn() throws IOException {
        if (!Files.isDirectory(home)) {
            throw new IOException("there is no folder " + home);
        }
        try (Conversations all = MemoryFolder.open(home)) {
            database.importFrom(all);
        }
    }

    private void giveOut() throws IOException {
        database.requireStopped();
        try (Conversations all = database.open()) {
            folder.copy(all);
        }
    }

    private void restore(String file, String conversation) throws IOException {
        if (database == null) {
            folder.restore(file, conversation);
        } else {
            database.restore(file, conversation);
        }
    }
}
