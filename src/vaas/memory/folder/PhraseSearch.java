package vaas.memory.folder;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import vaas.json.Json;

/**
 * Tells whether a phrase is still found in any file of a memory, as it is or as JSON writes it.
 * Behind {@code --verify --contains}: the proof that a reset has left nothing.
 */
final class PhraseSearch {
    private PhraseSearch() {}

    /**
     * Searches all files of some folders, and of the folders inside them.
     *
     * @param folders the memory's, which must not be open, and where else its text may be
     * @param phrase what to look for, not empty
     * @param out gets a line for each file that has it, and a summary; never the phrase
     * @return whether it was found anywhere
     * @throws IOException if the memory is in use, or a file can't be read
     */
    static boolean search(List<Path> folders, String phrase, PrintStream out)
            throws IOException {
        Set<Path> all = new TreeSet<>();
        for (Path folder : folders) {
            all.addAll(filesOf(folder.toRealPath()));
        }
        long files = 0;
        long places = 0;
        for (Path file : all) {
            long found = count(file, phrase);
            files += found > 0 ? 1 : 0;
            places += found;
            if (found > 0) {
                out.println(file + ": " + found);
            }
        }
        out.println("found in " + files + " files, at " + places + " places");
        return places > 0;
    }

    private static List<Path> filesOf(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile).toList();
        }
    }

    private static long count(Path file, String phrase) throws IOException {
        long found = 0;
        for (String written : waysToWrite(phrase)) {
            try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 64 << 10)) {
                found += occurrences(in, written.getBytes(StandardCharsets.UTF_8));
            }
        }
        return found;
    }

    private static Set<String> waysToWrite(String phrase) {
        String json = Json.text(Map.of("", phrase)); // {"":"..."}
        return new LinkedHashSet<>(List.of(phrase, json.substring(5, json.length() - 2)));
    }

    /** Knuth, Morris and Pratt: each byte is read once, and only the pattern is held. */
    static long occurrences(InputStream in, byte[] pattern) throws IOException {
        int[] fallback = new int[pattern.length];
        for (int i = 1, matched = 0; i < pattern.length; i++) {
            while (matched > 0 && pattern[i] != pattern[matched]) {
                matched = fallback[matched - 1];
            }
            matched += pattern[i] == pattern[matched] ? 1 : 0;
            fallback[i] = matched;
        }
        long found = 0;
        int matched = 0;
        for (int read = in.read(); read >= 0; read = in.read()) {
            while (matched > 0 && (byte) read != pattern[matched]) {
                matched = fallback[matched - 1];
            }
            matched += (byte) read == pattern[matched] ? 1 : 0;
            if (matched == pattern.length) {
                found++;
                matched = 0;
            }
        }
        return found;
    }
}
