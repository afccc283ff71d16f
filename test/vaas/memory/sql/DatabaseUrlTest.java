package vaas.memory.sql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DatabaseUrlTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', ignoreLeadingAndTrailingWhitespace = true, value = {
        "postgres://u:p@h/d             | h/d                     | {password=p, user=u}",
        "postgresql://u:p@h:5433/d      | h:5433/d                | {password=p, user=u}",
        "' postgres://h/d '             | h/d                     | {}",
        "postgres://u@[::1]:5433/d      | [::1]:5433/d            | {user=u}",
        "postgres://u:@h/d?sslmode=x    | h/d                     | {password=, sslmode=x, user=u}",
        "postgres://h/d?user=u&a=b+%26  | h/d                     | {a=b+&, user=u}",
        "postgres://u:a%40%3A%25%20%C3%A4+@h/d%20%2B | h/d%20%2B | {password=a@:% \u00e4+, user=u}",
        "postgres://u:a@b: c@h/d        | h/d                     | {password=a@b: c, user=u}",
        "jdbc:postgresql://h:1/d?user=u&password=a+b%25 | h:1/d   | {password=a b%, user=u}",
        "jdbc:postgresql:d              | localhost/d             | {}",
        "jdbc:postgresql:/d             | localhost/d             | {}",
        "jdbc:postgresql:///d           | localhost/d             | {}",
    })
    void itIsReadAsHostsAndTheDriverWriteIt(String url, String jdbc, String properties) {
        DatabaseUrl read = DatabaseUrl.of(url);
        assertEquals("jdbc:postgresql://" + jdbc, read.jdbc());
        assertEquals(properties, new TreeMap<>(read.properties()).toString());
        Map<Object, Object> given = new HashMap<>(Map.of("user", "a b", "password", "@:% "));
        given.putAll(read.properties());
        assertEquals(given, read.login("a b", "@:% ").properties(), "where it has none itself");
        assertEquals(read.properties(), read.login("", "").properties());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "secret                       | begins neither with postgres:// nor with jdbc:postgresql:",
        "mysql://secret@h/d           | begins neither with postgres:// nor with jdbc:postgresql:",
        "jdbc:mysql://h/d?user=secret | begins neither with postgres:// nor with jdbc:postgresql:",
        "postgres:secret                | has no host, or none that can be one",
        "postgres://u:secret@/d         | has no host, or none that can be one",
        "postgres:///d?password=secret  | has no host, or none that can be one",
        "postgres://u:secret@h:0/d      | has no host, or none that can be one",
        "postgres://u:secret@h:65536/d  | has no host, or none that can be one",
        "postgres://u:secret@h:x/d      | has no host, or none that can be one",
        "postgres://u:secret@a,,b/d     | has no host, or none that can be one",
        "postgres://u:/secret@h/d       | has no host, or none that can be one",
        "postgres://u:secret@%2Ftmp/d   | has no host, or none that can be one",
        "postgres://u:secret@h          | names no database",
        "postgres://u:12/secret@h/d     | has a / or an @ that is part of nothing: in a password"
                + " they are %2F and %40",
        "postgres://u:secret@h/?a=b     | names no database",
        "postgres://u:secret@h/d?a      | has a parameter without a value",
        "postgres://u:secret@h/d?       | has a parameter without a value",
        "postgres://u:secret%@h/d       | has a % that is not followed by two hexadecimal digits;"
            + " itself it is %25",
        "postgres://u:secret%zz@h/d     | has a % that is not followed by two hexadecimal digits;"
            + " itself it is %25",
        "jdbc:postgresql://u:secret@h/d | has a user before its host, which a JDBC URL has behind"
            + " a ?",
    })
    void oneThatCanNotBeUsedSaysWhyAndQuotesNothing(String url, String fault) {
        assertEquals(fault, assertThrows(IllegalArgumentException.class,
                () -> DatabaseUrl.of(url)).getMessage());
    }

    @Test
    void ofSeveralHostsTheOneThatCanBeWrittenIsLookedFor() {
        DatabaseUrl several = DatabaseUrl.of("postgres://u@a:1,[::2]:2,c/d");
        assertEquals("jdbc:postgresql://a:1,[::2]:2,c/d", several.jdbc());
        assertEquals("primary", several.properties().get("targetServerType"));
        assertEquals("any", DatabaseUrl.of("postgres://a,b/d?targetServerType=any").properties()
                .get("targetServerType"), "unless it says itself what it wants");
        assertFalse(DatabaseUrl.of("postgres://a/d").properties().containsKey("targetServerType"));
    }

    @Test
    void itIsShownWithoutUserPasswordAndParameters() {
        DatabaseUrl url = DatabaseUrl.of("postgres://secret:secret@h:1,i/d?sslpassword=secret");
        assertEquals("h:1,i/d", url.toString());
        assertEquals("h:1,i/d", url.login("secret", "secret").toString());
    }
}
