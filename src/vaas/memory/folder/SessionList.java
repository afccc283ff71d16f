package vaas.memory.folder;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import vaas.disk.Disk;
import vaas.memory.Conversations;
import vaas.memory.Conversations.Summary;

/** Reads which named conversations are stored, from the names of their files. */
final class SessionList {
    private final Disk disk;
    private final Path folder;

    SessionList(Disk disk, Path folder) {
        this.disk = disk;
        this.folder = folder;
    }

    /** Those behind a name, at most so many, in the order of folders and files. */
    Conversations.Listing list(String after, int n, Optional<Instant> idleSince)
            throws IOException {
        List<Summary> found = new ArrayList<>();
        Path last = after == null ? null : SessionFiles.path(folder, after);
        for (Path sub : folders()) {
            if (last != null && sub.compareTo(last.getParent()) < 0) {
                continue;
            }
            for (Path file : files(sub)) {
                if (last != null && file.compareTo(last) <= 0) {
                    continue;
                }
                Optional<Summary> summary = summary(file, idleSince);
                if (summary.isPresent() && found.size() == n) {
                    return new Conversations.Listing(found,
                            Optional.of(found.get(n - 1).conversation()));
                }
                summary.ifPresent(found::add);
            }
        }
        return new Conversations.Listing(found, Optional.empty());
    }

    private Optional<Summary> summary(Path file, Optional<Instant> idleSince) throws IOException {
        Optional<String> conversation = SessionFiles.conversation(disk, file);
        Optional<Disk.FileState> state = conversation.isEmpty() ? Optional.empty()
                : disk.state(file).filter(it -> it.length() > 0 && idleSince
                        .map(since -> !it.modified().isBefore(since)).orElse(true));
        return state.map(it -> new Summary(conversation.get(), it.length(), it.modified()));
    }

    /** How many there are, empty ones included, or fewer if that is not wanted to the end. */
    long count(BooleanSupplier wanted) throws IOException {
        long count = 0;
        for (Path sub : folders()) {
            count += !wanted.getAsBoolean() ? 0 : files(sub).stream()
                    .filter(it -> SessionFiles.conversation(it).isPresent()).count();
        }
        return count;
    }

    /** The folders that hold files of conversations, in order. */
    List<Path> folders() throws IOException {
        return files(folder).stream().filter(disk::isFolder).toList();
    }

    /** What is in one of them, in order; nothing once a reset of all has taken it away. */
    List<Path> files(Path sub) throws IOException {
        try {
            return disk.isFolder(sub) ? disk.list(sub).stream().sorted().toList() : List.of();
        } catch (IOException e) {
            if (e.getCause() instanceof NoSuchFileException) {
                return List.of();
            }
            throw e;
        }
    }
}
