package vaas.disk;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The names in a folder of {@link FaultyDisk}, with all that a power cut may leave of them. */
final class FolderNames {
    /** As last synced, then after each change since: what is on the device may be any of them. */
    private final List<Map<Path, Inode>> states = new ArrayList<>(List.of(Map.of()));

    /** A file, whatever its names. */
    static final class Inode {
        byte[] content = new byte[0];
        byte[] synced = new byte[0];
        Instant modified = Instant.EPOCH;

        Inode copy(boolean asSynced) {
            Inode copy = new Inode();
            copy.content = asSynced ? synced : content;
            copy.synced = copy.content;
            copy.modified = modified;
            return copy;
        }

        String text() {
            return new String(content, StandardCharsets.UTF_8);
        }
    }

    Map<Path, Inode> now() {
        return states.get(states.size() - 1);
    }

    Map<Path, Inode> synced() {
        return states.get(0);
    }

    void put(Path file, Inode inode) {
        Map<Path, Inode> next = new LinkedHashMap<>(now());
        next.put(file, inode);
        states.add(next);
    }

    void remove(Path file) {
        Map<Path, Inode> next = new LinkedHashMap<>(now());
        next.remove(file);
        states.add(next);
    }

    /** One change: at any time the file has the one name or the other. */
    void move(Path from, Path to) {
        Map<Path, Inode> next = new LinkedHashMap<>(now());
        next.put(to, next.remove(from));
        states.add(next);
    }

    void sync() {
        states.subList(0, states.size() - 1).clear();
    }

    /** Each of the others' states with each of this folder's. */
    List<Map<Path, Inode>> combinedWith(List<Map<Path, Inode>> others) {
        List<Map<Path, Inode>> combined = new ArrayList<>();
        for (Map<Path, Inode> other : others) {
            for (Map<Path, Inode> state : states) {
                Map<Path, Inode> both = new LinkedHashMap<>(other);
                both.putAll(state);
                combined.add(both);
            }
        }
        return combined;
    }
}
