package vaas.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigFaultsTest {
    /** To ValuesTest: OkHttp refuses these ports only when the first chat comes. */
    @ParameterizedTest
    @ValueSource(strings = {"http://127.0.0.1:99999/v1", "http://127.0.0.1:0/v1"})
    void aPortThatDoesNotExistIsAFault(String url) {
        assertThrows(ConfigException.class,
                () -> Config.parse(Map.of("GROQ_BASE_URL", url), false));
    }

    /** To ConfigTest: "is blank" and "is not set" of one value. */
    @Test
    void aBlankKeyIsOneFault() {
        ConfigException e = assertThrows(ConfigException.class,
                () -> Config.parse(Map.of("GROQ_API_KEY", " "), false));
        assertEquals(1, e.faults().size(), e.getMessage());
    }
}
