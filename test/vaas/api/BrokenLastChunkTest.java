package vaas.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** To ExchangeTest.Bodies. With assertions on, as in tests, one of these ends the dispatcher. */
@Timeout(60)
class BrokenLastChunkTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"\r\n", "0\r\n", "0\r\nX", "ffffffffffffffff\r\n",
            "100000000000000000000\r\n"})
    void aBrokenLastChunkStopsNobodyElse(String chunks) throws IOException {
        try (Served served = Served.start(folder)) {
            for (String path : List.of("/chat", "/nowhere", "/reset-memory")) {
                for (int i = 0; i < 5; i++) {
                    try (RawClient client = served.client()) {
                        client.send(RawClient.request(
                                "POST " + path, "", "Transfer-Encoding: chunked"));
                        client.send(chunks).endOutput();
                        assertTrue(client.statusOrEnd().orElse(0) < 500);
                    }
                    served.checkUsable();
                }
            }
            assertEquals(List.of(), served.agent.questions);
        }
    }
}
