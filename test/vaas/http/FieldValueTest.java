package vaas.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FieldValueTest {
    @ParameterizedTest
    @ValueSource(strings = {"a", "", "a b", "\u000ba", "a\f", "\u001fa", "a\u001c", "\r\na",
            "a\u00a0", "\u2003a", "\u0000"})
    void blanksAndTabsGoFromBothEndsAndNothingElse(String value) {
        assertEquals(value, FieldValue.trim(value));
        assertEquals(value, FieldValue.trim(" \t" + value + "\t "));
    }
}
