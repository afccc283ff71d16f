package vaas.memory.folder;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.LongConsumer;
import java.util.stream.Stream;
import vaas.disk.Disk;
import vaas.memory.Conversations;
import vaas.memory.Export;

/**
 * Tells whether a phrase is still found in any file of a memory, as it is or as a person would see
 * it. Behind {@code --verify --contains}: the proof that a reset has left nothing.
 */
final class PhraseSearch {
    private static final int BUFFER_BYTES = 64 << 10;

    private PhraseSearch() {}

    /** All files of some folders, and of the folders inside them, each once. */
    static Set<Path> files(List<Path> folders) throws IOException {
        Set<Path> all = new TreeSet<>();
        for (Path folder : folders) {
            try (Stream<Path> files = Files.walk(folder.toRealPath())) {
                files.filter(Files::isRegularFile).forEach(all::add);
            } catch (UncheckedIOException e) {
                throw e.getCause();
            }
        }
        return all;
    }

    /** Searches files; tells each that has it, and a sum, but never the phrase. */
    static boolean search(Disk disk, Collection<Path> all, String phrase, PrintStream out,
            LongConsumer progress) throws IOException {
        long files = 0;
        long places = 0;
        for (Path file : all) {
            long found = count(disk, file, phrase, progress);
            files += found > 0 ? 1 : 0;
            places += found;
            if (found > 0) {
                out.println(file + ": " + found);
            }
        }
        out.println("found in " + files + " files, at " + places + " places");
        return places > 0;
    }

    private static long count(Disk disk, Path file, String phrase, LongConsumer progress)
            throws IOException {
        Places places = new Places(phrase);
        byte[] buffer = new byte[BUFFER_BYTES];
        try (Disk.Handle handle = disk.openToRead(file)) {
            long at = 0;
            int read = handle.read(at, buffer, 0, BUFFER_BYTES);
            while (read > 0) {
                places.write(buffer, 0, read);
                progress.accept(read);
                at += read;
                read = handle.read(at, buffer, 0, BUFFER_BYTES);
            }
        }
        return places.found();
    }

    /** Searches conversations, wherever they are, in the form of a file; else like the other. */
    static boolean search(Conversations in, String phrase, PrintStream out) throws IOException {
        long[] sums = new long[2];
        in.each(lease -> {
            Places places = new Places(phrase);
            try (Export export = lease.memory().export(null, 0)) {
                export.writeTo(places);
            }
            long found = places.found();
            sums[0] += found > 0 ? 1 : 0;
            sums[1] += found;
            if (found > 0) {
                out.println((lease.conversation().isEmpty() ? "the shared conversation"
                        : "session " + lease.conversation()) + ": " + found);
            }
        });
        out.println("found in " + sums[0] + " conversations, at " + sums[1] + " places");
        return sums[1] > 0;
    }

    /** Counts places in what is written to it, in UTF-8; only a little of it is held. */
    static final class Places extends OutputStream {
        private final Occurrences exact;
        private final Occurrences seen;
        private final VisibleText visible;
        private final CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder()
                .onMalformedInput(CodingErrorAction.REPLACE);
        private ByteBuffer rest = ByteBuffer.allocate(0); // of a character that is not whole

        Places(String phrase) {
            exact = new Occurrences(phrase);
            seen = new Occurrences(VisibleText.of(phrase));
            visible = new VisibleText(seen::add);
        }

        @Override
        public void write(int octet) {
            write(new byte[] {(byte) octet}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int start, int count) {
            ByteBuffer in = ByteBuffer.allocate(rest.remaining() + count)
                    .put(rest).put(bytes, start, count).flip();
            CharBuffer text = CharBuffer.allocate(in.remaining());
            decoder.decode(in, text, false);
            visible.add(text.array(), text.position());
            exact.add(text.flip());
            rest = in;
        }

        long found() {
            visible.end();
            return Math.max(exact.found, seen.found); // most are both
        }
    }

    /** Knuth, Morris and Pratt: each char is read once, and only the pattern is held. */
    private static final class Occurrences {
        private final char[] pattern;
        private final int[] fallback;
        private int matched;
        private long found;

        Occurrences(String phrase) {
            pattern = phrase.toCharArray();
            fallback = new int[pattern.length];
            for (int i = 1; i < fallback.length; i++) {
                fallback[i] = matched(pattern[i], fallback[i - 1]);
            }
        }

        void add(CharSequence text) {
            for (int i = 0; i < text.length() && pattern.length > 0; i++) {
                matched = matched(text.charAt(i), matched);
                if (matched == pattern.length) {
                    found++;
                    matched = 0;
                }
            }
        }

        private int matched(char c, int before) {
            int length = before;
            while (length > 0 && c != pattern[length]) {
                length = fallback[length - 1];
            }
            return c == pattern[length] ? length + 1 : length;
        }
    }
}
