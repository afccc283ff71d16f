package vaas.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import vaas.agent.groq.GroqClient;
import vaas.config.Config.LogLevel;

class ValuesTest {
    private static Values of(Setting setting, String value) {
        return new Values(Map.of(setting.name(), value));
    }

    private static void assertFault(Setting setting, String part, Values values) {
        assertEquals(1, values.faults().size(), values.faults().toString());
        String fault = values.faults().get(0);
        assertTrue(fault.startsWith(setting + " ") && fault.contains(part), fault);
    }

    @ParameterizedTest
    @EnumSource
    void anEmptyValueIsNotSet(Setting setting) {
        assertFalse(of(setting, "").isSet(setting));
        assertFalse(new Values(Map.of()).isSet(setting));
        assertEquals(setting.defaultValue(), of(setting, "").text(setting));
        assertTrue(of(setting, " ").isSet(setting));
    }

    @Test
    void theSameFaultIsToldOnce() {
        Values values = of(Setting.PORT, "x");
        values.number(Setting.PORT, 0, 9);
        values.number(Setting.PORT, 0, 9);
        assertFault(Setting.PORT, "'x'", values);
    }

    @Test
    void aBlankTextIsAFaultAndTheDefaultGoesOn() {
        Values values = of(Setting.AGENT_NAME, " \t");
        assertEquals("vaas", values.text(Setting.AGENT_NAME));
        assertFault(Setting.AGENT_NAME, "blank", values);
    }

    @ParameterizedTest
    @EnumSource
    void whatCameInChangedIsRefusedByNameAndNeverUsed(Setting setting) {
        Values values = of(setting, "h\uFFFD\uFFFDflich");
        assertEquals(setting.defaultValue(), values.text(setting));
        assertFault(setting, "UTF-8", values);
        assertFalse(values.faults().get(0).contains("flich"));
    }

    @Test
    void aTildeBeforeAPathIsTheHomeFolder() {
        Values values = new Values(Map.of("HOME", "/home/ann", "MEMORY_DIR", "~/memory",
                "RESET_BACKUP_DIR", "a/~/b"));
        assertEquals(Path.of("/home/ann/memory"), values.path(Setting.MEMORY_DIR));
        assertEquals(Path.of("a/~/b"), values.path(Setting.RESET_BACKUP_DIR));
        assertEquals(Path.of(System.getProperty("user.home"), "m"),
                of(Setting.MEMORY_DIR, "~/m").path(Setting.MEMORY_DIR));
        assertEquals(Path.of(System.getProperty("user.home")),
                of(Setting.MEMORY_DIR, "~").path(Setting.MEMORY_DIR));
        Values others = of(Setting.MEMORY_DIR, "~ann/memory");
        others.path(Setting.MEMORY_DIR);
        assertFault(Setting.MEMORY_DIR, "~ and a name", others);
    }

    @Test
    void aTextKeepsItsLinesAndBlanks() {
        Values values = of(Setting.SYSTEM_PROMPT, " Be brief.\nBe kind. ");
        assertEquals(" Be brief.\nBe kind. ", values.text(Setting.SYSTEM_PROMPT));
        assertEquals(List.of(), values.faults());
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\nb", "a\u0000b", "a\u001b[1m", "a\u007f", "a\u0085b"})
    void aLineHoldsNoControlCharacter(String text) {
        Values values = of(Setting.AGENT_NAME, text);
        values.line(Setting.AGENT_NAME);
        assertFault(Setting.AGENT_NAME, "control character", values);
    }

    @Test
    void aLineIsTrimmed() {
        assertEquals("Ann Ä", of(Setting.AGENT_NAME, " Ann Ä\n").line(Setting.AGENT_NAME));
    }

    @Test
    void aSecretIsTrimmed() {
        Values values = of(Setting.API_TOKEN, " gsk_1~! \r\n");
        assertEquals(Optional.of("gsk_1~!"), values.secret(Setting.API_TOKEN));
        assertEquals(List.of(), values.faults());
    }

    @ParameterizedTest
    @ValueSource(strings = {"gsk two", "gsk\ntwo", "gskä", "gsk\u0000", "gsk\u007f"})
    void aSecretIsVisibleAsciiAndNeverQuoted(String text) {
        Values values = of(Setting.API_TOKEN, text);
        values.secret(Setting.API_TOKEN);
        assertFault(Setting.API_TOKEN, "visible ASCII", values);
        assertFalse(values.faults().get(0).contains("gsk"));
    }

    @Test
    void anUnsetSecretIsEmptyWithoutAFault() {
        Values values = new Values(Map.of());
        assertEquals(Optional.empty(), values.secret(Setting.API_TOKEN));
        assertEquals(List.of(), values.faults());
    }

    @ParameterizedTest
    @CsvSource({"1,1", "' 7 ',7", "10,10"})
    void aNumberWithinItsBoundsIsTaken(String text, int expected) {
        Values values = of(Setting.PORT, text);
        assertEquals(expected, values.number(Setting.PORT, 1, 10));
        assertEquals(List.of(), values.faults());
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "11", "-1", "1.0", "1e1", "0x1", "one", "1 0", " ",
            "99999999999"})
    void anyOtherNumberIsAFaultWithItsBounds(String text) {
        Values values = of(Setting.PORT, text);
        assertEquals(8080, values.number(Setting.PORT, 1, 10));
        assertFault(Setting.PORT, "'" + text.strip() + "', expected a whole number from 1 to 10",
                values);
    }

    @Test
    void oneOfIgnoresCaseAndBlanks() {
        Values values = of(Setting.LOG_LEVEL, " debug ");
        assertEquals(LogLevel.DEBUG, values.oneOf(Setting.LOG_LEVEL, LogLevel.class));
        assertEquals(List.of(), values.faults());
    }

    @Test
    void oneOfNamesWhatItExpects() {
        Values values = of(Setting.LOG_LEVEL, "loud");
        assertEquals(LogLevel.INFO, values.oneOf(Setting.LOG_LEVEL, LogLevel.class));
        assertFault(Setting.LOG_LEVEL, "OFF, ERROR, WARNING, INFO, DEBUG, TRACE", values);
    }

    @Test
    void aListDropsBlanksEmptyItemsAndRepetitions() {
        Values values = of(Setting.DISABLE_TOOLS, " a,, b ,a,");
        assertEquals(Set.of("a", "b"), values.set(Setting.DISABLE_TOOLS, ".*", ""));
        assertEquals(Set.of(), new Values(Map.of()).set(Setting.MCP_TOOLS, ".*", ""));
    }

    @Test
    void everyBadItemOfAListIsAFault() {
        Values values = of(Setting.DISABLE_TOOLS, "good,bad,worse");
        values.set(Setting.DISABLE_TOOLS, "good", "good ones");
        assertEquals(List.of("DISABLE_TOOLS has 'bad', expected good ones",
                "DISABLE_TOOLS has 'worse', expected good ones"), values.faults());
    }

    @Test
    void whatIsNoPathIsAFault() {
        Values values = of(Setting.MEMORY_DIR, "a\u0000b");
        values.path(Setting.MEMORY_DIR);
        assertFault(Setting.MEMORY_DIR, "no path", values);
    }

    @Test
    void aBaseUrlThatTheClientTakesIsNoFault() {
        Values values = of(Setting.GROQ_BASE_URL, " https://h.example/ ");
        assertEquals("GroqClient.Options[https://h.example/openai/v1]", baseUrl(values));
        assertEquals(List.of(), values.faults());
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://me:pwd@h.example/v1", "https://me@h.example", "h.example/v1",
            "https://h.example/v1?pwd=1", "https://h.example?", "https://h.example/v1#pwd",
            "https://h.example#", "https://", "https:///v1", "ftp://h.example/v1",
            "file:///v1", "https:h.example", "https://h.example/a b",
            "//h.example/v1", "https://h.example:pwd/v1", "///", "https://@h.example"})
    void anyOtherBaseUrlIsAFaultThatDoesNotQuoteIt(String text) {
        Values values = of(Setting.GROQ_BASE_URL, text);
        assertEquals("GroqClient.Options[" + Setting.GROQ_BASE_URL.defaultValue() + "]",
                baseUrl(values));
        assertFault(Setting.GROQ_BASE_URL, "is not a URL", values);
        assertFalse(values.faults().get(0).contains("pwd"));
    }

    /** OkHttp refuses these ports only when the first chat comes. */
    @ParameterizedTest
    @ValueSource(strings = {"http://127.0.0.1:99999/v1", "http://127.0.0.1:0/v1"})
    void aPortThatDoesNotExistIsAFault(String url) {
        Values values = of(Setting.GROQ_BASE_URL, url);
        baseUrl(values);
        assertEquals(1, values.faults().size(), values.faults().toString());
        assertThrows(ConfigException.class,
                () -> Config.parse(Map.of("GROQ_BASE_URL", url), false));
    }

    private static String baseUrl(Values values) {
        GroqClient.Options options = GroqClient.options();
        values.checked(Setting.GROQ_BASE_URL, options::baseUrl, "a URL");
        return options.toString();
    }
}
