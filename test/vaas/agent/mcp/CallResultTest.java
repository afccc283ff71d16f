package vaas.agent.mcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import vaas.agent.Tool;
import vaas.json.Json;
import vaas.json.JsonException;

/** What a model and a caller get of what a tool found. */
class CallResultTest {
    private static Tool.Result read(String json) throws JsonException {
        return new CallResult(Json.read(json.replace('\'', '"'))).toResult();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', value = {
        "{'content':[{'type':'text','text':'a'},{'type':'text','text':'b'}]}|a/b",
        "{'content':[{'type':'text','text':'a'}],'structuredContent':{'x':1}}|a",
        "{'content':[],'structuredContent':{'x':[1,null]}}|{'x':[1,null]}",
        "{'structuredContent':[1,'b']}|[1,'b']", "{'structuredContent':7,'content':null}|7",
        "{'content':[{'type':'image','data':'AAAA','mimeType':'image/png'}],"
                + "'structuredContent':{}}|{}/[image/png, 3 bytes, left out]",
        "{'content':[{'type':'text','text':'a'},{'type':'audio','data':'AAA=',"
                + "'mimeType':'audio/wav'}]}|a/[audio/wav, 2 bytes, left out]",
        "{'content':[{'type':'resource','resource':{'uri':'x','blob':'AA==',"
                + "'mimeType':'application/pdf'}}]}|[application/pdf, 1 bytes, left out]",
        "{'content':[{'type':'resource','resource':{'uri':'x','text':'in it'}}]}|in it",
        "{'content':[{'type':'resource_link','name':'main.rs','uri':'file:///main.rs'}]}"
                + "|main.rs: file:///main.rs",
        "{'content':[null,7,'x',{'type':'odd'},{'type':'text','text':7},"
                + "{'type':'text','text':'a'}]}|a", "{'content':[]}|~~"})
    void textsAreJoinedAndTheRestIsNamed(String json, String text) throws JsonException {
        assertEquals(text.replace('\'', '"').replace("/[", "\n[").replace("a/b", "a\nb"),
                read(json).text());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', value = {
        "{'structuredContent':{'clip_path':'./a b.mp4'}}|./a b.mp4",
        "{'content':[{'type':'text','text':'{\\'clip_path\\':\\'./t.mp4\\'}'}]}|./t.mp4",
        "{'structuredContent':{'clip_path':'s'},"
                + "'content':[{'type':'text','text':'{\\'clip_path\\':\\'t\\'}'}]}|s",
        "{'content':[{'type':'text','text':'no'},"
                + "{'type':'text','text':'{\\'clip_path\\':\\'t\\'}'}]}|",
        "{'structuredContent':[{'clip_path':'s'}]}|",
        "{'structuredContent':{'clip_path':7}}|", "{'structuredContent':{'clip_path':''}}|",
        "{'structuredContent':{'clip_path':'a\\u0000'}}|",
        "{'structuredContent':{'clip_path':'LONG5'}}|",
        "{'structuredContent':{'clip_path':'LONG4'}}|LONG4",
        "{'content':[{'type':'text','text':'{\\'clip_path\\':'}]}|",
        "{'isError':true,'structuredContent':{'clip_path':'s'}}|"})
    void aClipIsAString(String json, String clip) throws JsonException {
        String text = json.replace("LONG5", "x".repeat(4097)).replace("LONG4", "x".repeat(4096));
        assertEquals(Optional.ofNullable(clip).map(it -> it.replace("LONG4", "x".repeat(4096))),
                read(text).clipPath());
    }

    @Test
    void anErrorIsToldInItsFirstWords() throws JsonException {
        String error = "{'isError':true,'content':[{'type':'text','text':'%s'}]}";
        assertEquals("no such city", read(error.formatted("no such city")).text());
        assertEquals("x".repeat(2048), read(error.formatted("x".repeat(9999))).text());
        assertEquals("The tool failed.", read(error.formatted(" ")).text());
        assertEquals("a", read("{'isError':'true','content':[{'type':'text','text':'a'}]}").text());
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{'content':{}}", "{'content':'text'}"})
    void whatHoldsNothingIsNoResult(String json) {
        assertThrows(IllegalArgumentException.class, () -> read(json));
    }
}
