package vaas.json;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Strings at a few places of a text that is not kept; quotes are written as '. */
class JsonStringsTest {
    @Test
    void stringsAreHandedOverInTheirOrderAndTheRestIsSkipped() throws Exception {
        assertEquals(List.of("a=1", "b.c=2", "b.c=3", "a=4"), read("{'a':'1','x':{'a':'no'},"
                + "'b':[{'c':'2','d':['no',{'c':'no'}]},{'e':7},'no',[{'c':'3'}]],'a':'4',"
                + "'c':'no','b.c':null}"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{'a':null,'b':'no'}", "{'a':['no'],'b':{}}", "{'b':[]}",
        "{'a':{'c':'no'},'b':[{'c':7},{'c':{'c':'no'}}]}"})
    void whatIsNoStringThereIsNone(String text) throws Exception {
        assertEquals(List.of(), read(text));
    }

    @Test
    void ofALongStringOnlyItsBeginningIsKept() throws Exception {
        String text = "\u00e9\\n".repeat(50_000);
        assertEquals(List.of("a=" + "\u00e9\n".repeat(500)), read("{'a':'" + text + "'}"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "[]", "7", "{", "{'a':'1'", "{'a':'1'} x", "{'b':[{'c':'1'}",
        "{a:1}", "{'x':[1,]}", "{'x':'\\ud800'}"})
    void whatIsNoObjectIsRefused(String text) {
        assertThrows(JsonException.class, () -> read(text));
    }

    @Test
    void whatTheStreamThrowsIsPassedOn() {
        IOException failure = new IOException("so");
        InputStream broken = new InputStream() {
            @Override
            public int read() throws IOException {
                throw failure;
            }
        };
        assertEquals(failure, assertThrows(IOException.class,
                () -> JsonStrings.read(broken, Map.of())));
    }

    private static List<String> read(String text) throws JsonException, IOException {
        List<String> found = new ArrayList<>();
        byte[] utf8 = text.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
        JsonStrings.read(new ByteArrayInputStream(utf8), Map.of(
                "a", value -> found.add("a=" + value), "b.c", value -> found.add("b.c=" + value)));
        return found;
    }
}
