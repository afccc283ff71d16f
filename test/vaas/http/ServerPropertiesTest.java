package vaas.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import vaas.budget.Budget;
import vaas.testing.ChildJvm;

/** In a second JVM, because properties are those of a whole JVM. */
@Timeout(60)
class ServerPropertiesTest {
    private static final Budget TIGHT = Budget.of(48 << 20, 4096);

    @Test
    void onlyWhatIsUnsetIsSet() throws Exception {
        List<String> options = List.of("-Dsun.net.httpserver.maxReqTime=3",
                "-Dsun.net.httpserver.nodelay=false", "-Djdk.httpserver.maxConnections=77");
        List<String> found = ChildJvm.output(ChildJvm.command(options, Applied.class))
                .lines().toList();
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
                ChildJvm.output(ChildJvm.command(List.of(), Applied.class)).lines().filter(
                        line -> line.contains("max")
                        && !line.contains("maxReqTime") && !line.contains("maxReqHeaders="))
                        .toList());
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
