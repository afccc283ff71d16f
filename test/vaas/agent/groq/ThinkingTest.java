package vaas.agent.groq;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Thinking in the marks of many families, and answers that are about such marks. */
class ThinkingTest {
    @ParameterizedTest
    @ValueSource(strings = {
        "<think>hm</think>Paris.", "<thinking>hm</thinking>\n\nParis.",
        "<thought>hm</thought>Paris.", "<reasoning>hm</reasoning>Paris.",
        "<THINK>hm</THINK> Paris.", "<seed:think>hm</seed:think>Paris.",
        "<think type='deep'>hm</think>Paris.", "[THINK]hm[/THINK]Paris.",
        "<|begin_of_thought|>hm<|end_of_thought|>"
                + "<|begin_of_solution|>Paris.<|end_of_solution|>",
        "<|START_THINKING|>hm<|END_THINKING|><|START_RESPONSE|>Paris.<|END_RESPONSE|>",
        "\u25c1think\u25b7hm\u25c1/think\u25b7Paris.", "<|channel>thought\nhm<channel|>Paris.",
        "Here is my thought process: hm Here is my response: Paris.",
        "<think>hm</think><answer>Paris.</answer>", "<think>hm</think><response>Paris.</response>",
        "<think>a</think>\n<think>b</think>Paris.", "<think>about `</think>`</think>Paris.",
        "[THINK]not </think> yet[/THINK]Paris.", "[THINK]a[/THINK] <think>b</think>Paris.",
        "<longcat_think>hm</longcat_think>Paris.", "<cot>hm</cot>Paris.",
        "<unused94>thought\nhm<unused95>Paris.", "[REASONING]hm[/REASONING]Paris.",
        "<|think_start|>hm<|think_end|>Paris.", "<|begin\u2581of\u2581thinking|>hm"
                + "<|end\u2581of\u2581thinking|><output>Paris.</output>",
        "hm</think>Paris.", "hm\n</thinking>\n\nParis.", "hm[/THINK]Paris.",
        "hm<|end_of_thought|>Paris.", "hm</seed:think>Paris.", "hm\u25c1/think\u25b7Paris.",
        "<|channel|>analysis<|message|>hm<|end|><|start|>assistant"
                + "<|channel|>final<|message|>Paris.",
        "<|start|>assistant<|channel|>analysis<|message|>hm<|end|>"
                + "<|start|>assistant<|channel|>final<|message|>Paris.<|return|>",
        "<|channel|>final<|message|>Paris.",
        "analysis<|message|>hm<|end|><|start|>assistant<|channel|>final<|message|>Paris.",
        "<|channel|>analysis<|message|>hm<|end|><|start|>assistant<|channel|>commentary<|message|>"
                + "hm<|end|><|start|>assistant<|channel|>final <|constrain|>json<|message|>Paris.",
        "analysisWe need the capital.assistantfinalParis.",
        "<|inner_prefix|>hm<|inner_suffix|>Paris.", "</think>\n\nParis.", "</think>Paris.",
        "<think> hm </think> Paris.", "hm.\n</think> Paris.", "<think>Is it?\n</think>\nParis."
    })
    void isLeftOut(String content) {
        assertEquals("Paris.", Thinking.strip(content));
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "Models put it between `<think>` and `</think>`.",
        "It ends with </think> and then the answer comes.",
        "Write \"</think>\" after it.", "```\n<think>hm</think>\n```\nThat is how.",
        "`<think>hm</think>` is how.", "Look: <think>hm</think> is how.",
        "Harmony writes `<|channel|>analysis<|message|>` first.",
        "In code:\n```\n<|end|><|start|>assistant<|channel|>final<|message|>\n```",
        "analysis is what a final exam needs", "Paris.", "a < b and b > c",
        "<answer>42</answer>", "[1] think", "",
        "<think> is a tag. It ends with </think>.", "<think> and </think> are tags of Qwen.",
        "<think>, as Qwen writes it, begins; </think> ends.", "<think> tags come first.",
        "</think> ends what began with <think>.", "</think> is the end of it.",
        "[THINK] is what Magistral writes.", "It ends with </think>", "It ends with </think>.",
        "Write **</think>** after it.", "(Mind the </think>) Then it answers.",
        "<|channel|>analysis<|message|> is how harmony begins.", "<|channel|> is a token.",
        "analysis of the assistant final exam"
    })
    void anAnswerAboutItStays(String content) {
        assertEquals(content, Thinking.strip(content));
    }

    @Test
    void endsWhereAMarkIsThatIsNotQuoted() {
        assertEquals("Write `<|end|>`.", Thinking.strip("<|channel|>analysis<|message|>`x`<|end|>"
                + "<|start|>assistant<|channel|>final<|message|>Write `<|end|>`.<|return|>"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"<think>hm", "<thinking>hm", "[THINK]hm", "<|START_THINKING|>hm",
        "<|channel|>analysis<|message|>hm", "<think>hm</think>", "hm</thinking>\n"})
    void aloneIsNoAnswer(String content) {
        assertEquals("", Thinking.strip(content));
    }

    @Timeout(20)
    @ParameterizedTest
    @ValueSource(strings = {"`</think>`", "\"</think>\" ", "<think>a</think>", "<think>`</think>`",
        "assistantcommentary", "a", " ", "`", "<|channel|>", "<|end|>"})
    void takesTimeThatGrowsWithTheLengthOnly(String hostile) {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        long start = threads.getCurrentThreadCpuTime(); // others may use the cores meanwhile
        String many = hostile.repeat((1 << 17) / hostile.length());
        for (String begin : new String[] {"", "<think>", "analysis\n", "<|channel|>",
            "<|start|>", "</think><answer>"}) {
            Thinking.strip(begin + many + "x");
            Thinking.strip(begin + many + "</think>x");
        }
        assertTrue(threads.getCurrentThreadCpuTime() - start < 5_000_000_000L);
    }
}
