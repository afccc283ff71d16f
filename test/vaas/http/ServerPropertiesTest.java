package vaas.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import vaas.budget.Budget;

/** In a second JVM, because properties are those of a whole JVM. */
@Timeout(60)
class ServerPropertiesTest {
    private static final Budget TIGHT = Budget.of(48 << 20, 4096);

    @Test
    void onlyWhatIsUnsetIsSet() throws Exception {
        List<String> found = output("-Dsun.net.httpserver.maxReqTime=3",
                "-Dsun.net.httpserver.nodelay=false", "-Djdk.httpserver.maxConnections=77");
        assertEquals(List.of(
                "jdk.httpserver.maxConnections=77",
                "sun.net.httpserver.idleInterval=75",
                "sun.net.httpserver.maxIdleConnections=384",
                "sun.net.httpserver.maxReqHeaderSize=" + TIGHT.headBytes(),
                "sun.net.httpserver.maxReqHeaders=64",
                "sun.net.httpserver.maxReqTime=3",
                "sun.net.httpserver.nodelay=false"), found);
    }

    @Test
    void whatConnectionsAndHeadsCostIsTheBudgets() throws Exception {
        assertEquals(List.of("jdk.httpserver.maxConnections=384",
                "sun.net.httpserver.maxIdleConnections=384",
                "sun.net.httpserver.maxReqHeaderSize=" + TIGHT.headBytes()),
                output().stream().filter(line -> line.contains("max")
                        && !line.contains("maxReqTime") && !line.contains("maxReqHeaders="))
                        .toList());
    }

    private static List<String> output(String... options) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(System.getProperty("java.home") + "/bin/java");
        command.addAll(List.of(options));
        command.addAll(List.of("-XX:TieredStopAtLevel=1", "-cp",
                System.getProperty("java.class.path"), Applied.class.getName()));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try {
            return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                    .lines().toList();
        } finally {
            process.destroyForcibly();
        }
    }

    /** Prints the properties of the server, in order. */
    static final class Applied {
        public static void main(String[] args) {
            ServerProperties.apply(TIGHT);
            new TreeMap<>(System.getProperties()).forEach((name, value) -> {
                if (name.toString().contains(".httpserver.")) {
                    System.out.println(name + "=" + value);
                }
            });
        }
    }
}
