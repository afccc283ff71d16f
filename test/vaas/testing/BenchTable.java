package vaas.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Locale;

/** The table in Markdown that {@code make bench} prints; each of its programs adds rows. */
public final class BenchTable {
    private static final Path CPUS = Path.of("/proc/cpuinfo");
    private static final Path MEMORY = Path.of("/proc/meminfo");

    private BenchTable() {}

    /** Prints what stands above the rows. */
    public static void main(String[] args) throws IOException {
        System.out.printf(Locale.ROOT, "%s, %s cores, %s of memory; %s %s; JDK %s; %s%n%n",
                first(CPUS, "model name"), Runtime.getRuntime().availableProcessors(),
                first(MEMORY, "MemTotal"), System.getProperty("os.name"),
                System.getProperty("os.version"), Runtime.version(),
                LocalDate.now(ZoneOffset.UTC));
        System.out.println("| job | measured | ratio | how |");
        System.out.println("|---|---|---|---|");
    }

    /** Prints a row. */
    public static void row(String job, String measured, String ratio, String how) {
        System.out.printf("| %s | %s | %s | %s |%n", job, measured, ratio, how);
    }

    /** Whether {@code BENCH=quick} is asked for. */
    public static boolean isQuick(String[] args) {
        return Arrays.asList(args).contains("quick");
    }

    /** As text with so many decimals. */
    public static String number(double value, int decimals) {
        return String.format(Locale.ROOT, "%,." + decimals + "f", value);
    }

    /** That in the middle; of an even number the higher one. */
    public static double median(double... values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    private static String first(Path file, String name) throws IOException {
        if (!Files.exists(file)) {
            return System.getProperty("os.arch");
        }
        return Files.readAllLines(file).stream().filter(line -> line.startsWith(name))
                .map(line -> line.replaceFirst("[^:]*: *", "")).findFirst().orElse("?");
    }
}
