package vaas.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SettingTest {
    private static final List<String> LINES = Setting.table().lines().toList();

    @ParameterizedTest
    @EnumSource
    void theTableHoldsTheSettingWithItsMeaningAndDefault(Setting setting) {
        int line = lineOf(setting);
        assertTrue(LINES.get(line).endsWith("  " + setting.meaning()), LINES.get(line));
        boolean hasDefault = line + 1 < LINES.size()
                && LINES.get(line + 1).strip().equals("default: " + setting.defaultValue());
        assertEquals(!setting.defaultValue().isEmpty(), hasDefault);
    }

    @ParameterizedTest
    @EnumSource
    void theMeaningIsAClauseOfOneLine(Setting setting) {
        assertFalse(setting.meaning().isBlank());
        assertFalse(setting.meaning().endsWith("."));
        assertEquals(1, setting.meaning().lines().count());
    }

    @Test
    void theTableHoldsNothingElse() {
        long defaults = List.of(Setting.values()).stream()
                .filter(setting -> !setting.defaultValue().isEmpty()).count();
        assertEquals(Setting.values().length + defaults, LINES.size());
    }

    @Test
    void namesAreThoseOfTheEnvironment() {
        for (Setting setting : Setting.values()) {
            assertTrue(setting.name().matches("[A-Z]+(_[A-Z]+)*"), setting.name());
        }
    }

    private static int lineOf(Setting setting) {
        for (int line = 0; line < LINES.size(); line++) {
            if (LINES.get(line).startsWith("  " + setting + "  ")
                    || LINES.get(line).startsWith("  " + setting + " ")) {
                return line;
            }
        }
        throw new AssertionError(setting + " is missing");
    }
}
