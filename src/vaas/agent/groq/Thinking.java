package vaas.agent.groq;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Leaves out what a model thought before its answer, in whatever marks its family puts that.
 *
 * <p>The rule: a mark counts where it opens the text, and its closing one after it; or, since some
 * servers swallow the opening mark, the closing one alone. It does not count where the answer is
 * about it: in code, in quotes, in the middle of a sentence ("ends with {@code </think>}, then"),
 * and as a sentence's subject ("{@code <think>} is", "{@code <think>} and {@code </think>} are").
 * Text that does not follow the rule stays as it is.
 */
final class Thinking {
    /** What some mark has; without any of it, as in most answers, there is none to look for. */
    private static final Pattern SOME = Pattern.compile(
            "[<\\[\u25c1]|(?i:here(?: is|'s) my )|\\A\\s*analysis");
    private static final String NAMES = "(?:[a-z0-9]+[:_]){0,3}(?:(?:ant|deep)?think"
            + "|(?:ant)?thinking|thoughts?|(?:thought|thinking)_process|reason|reasoning|reflection"
            + "|scratchpad|cot|monologue)";
    private static final String WORD = "(?:thought|think|thinking|reasoning)";
    /** Pairs of an opening and a closing mark. */
    private static final List<Pattern[]> MARKS = List.of(
            marks("<" + NAMES + "(?:\\s[^<>]{0,200})?>", "</" + NAMES + "\\s*>"),
            marks("\\[(?:think(?:ing)?|reasoning)]", "\\[/(?:think(?:ing)?|reasoning)]"),
            marks("<\\|(?:(?:begin|start)[_\u2581](?:of[_\u2581])?)?" + WORD
                    + "(?:_start|_begin)?\\|>",
                    "<\\|(?:(?:end[_\u2581](?:of[_\u2581])?|/)" + WORD + "|" + WORD
                    + "_end)\\|>"),
            marks("<unused94>\\s*thought\\b", "<unused95>"),
            marks("<\\|inner_prefix\\|>", "<\\|inner_suffix\\|>"),
            marks("\u25c1think\u25b7", "\u25c1/think\u25b7"),
            marks("<\\|channel>\\s*(?:thought|analysis)\\b", "<channel\\|>"),
            marks("here(?: is|'s) my thought process:", "here(?: is|'s) my response:"));
    /** What may be around an answer that comes after thinking. */
    private static final Pattern WRAPPED = Pattern.compile(
            "(?is)<(answer|response|final_answer|solution|output|final)>(.*?)(?:</\\1>)?"
            + "|<\\|(?:begin_of_|start_)(?:solution|response|text|answer)\\|>(.*?)"
            + "(?:<\\|(?:end_of_|end_)(?:solution|response|text|answer)\\|>)?");
    /** What follows a mark that a sentence is about. */
    private static final String VERB = "[ \\t]*[,/]|[ \\t]+(?:is|are|was|were|and|or|in|to|with"
            + "|tags?|tokens?|mark\\w*|means|blocks?|begins|starts|opens|closes|ends|comes|stands"
            + "|tells)\\b";
    private static final Pattern ABOUT = Pattern.compile(VERB);
    private static final Pattern CODE = Pattern.compile("(?s)`(?:``.*?```|`.*?``|[^`\n]*`)");
    /** Harmony: a channel, its text, and what ends that. */
    private static final Pattern CHANNEL = Pattern.compile("(?s)<\\|channel\\|>\\s*(\\w++)"
            + "([^<]*+)(?:<\\|constrain\\|>[^<]*)?<\\|message\\|>"
            + "(.*?)(?=<\\|(?:end|return|call|start|channel)\\|>(?![`\"'])|\\z)");
    private static final Pattern HARMONY = Pattern.compile("\\s*(?:<\\|start\\|>\\s*+\\w*+\\s*+)?"
            + "<\\|channel\\|>\\s*\\w++[^<]*+(?:<\\|constrain\\|>[^<]*)?<\\|message\\|>"
            + "(?!" + VERB + ")");
    private static final Pattern HARMONY_GOES_ON = Pattern.compile(
            "<\\|end\\|>\\s*<\\|start\\|>\\s*assistant\\s*<\\|channel\\|>");
    /** Harmony whose marks a server has dropped. */
    private static final Pattern BARE = Pattern.compile("(?s)\\s*analysis(?=[A-Z\\s\"'(]).*?"
            + "assistant\\v*final(.*)");

    private final String text;
    private final Matcher code; // goes along with the marks, so that it is gone through once
    private boolean inCode; // whether it has found any more
    private boolean mayBeQuoted = true;

    private Thinking(String text) {
        this.text = text;
        this.code = CODE.matcher(text);
        this.inCode = code.find();
    }

    private static Pattern[] marks(String open, String close) {
        return new Pattern[] {Pattern.compile("(?i)" + open), Pattern.compile("(?i)" + close)};
    }

    /** The answer alone; empty if there is nothing else than thinking. */
    static String strip(String content) {
        if (!SOME.matcher(content).find()) {
            return content;
        }
        Matcher goesOn = HARMONY_GOES_ON.matcher(content);
        if (HARMONY.matcher(content).lookingAt()
                || goesOn.find() && !new Thinking(content).isQuoted(goesOn)) {
            return ofChannels(content);
        }
        Matcher bare = BARE.matcher(content);
        if (bare.matches()) {
            return bare.group(1).stripLeading();
        }
        String answer = afterMarks(content);
        return answer.equals(content) ? content : unwrapped(answer);
    }

    /**
     * Where the answer begins in what a model has written so far, whatever it goes on with; -1 as
     * long as that is open, and to the end where it can't be told before. An answer that has begun
     * is taken as it comes.
     */
    static int begin(String soFar) {
        String answer = afterMarks(soFar);
        boolean open = answer.length() < soFar.length() && isOpen(WRAPPED, answer)
                || isOpen(HARMONY, answer) || isOpen(BARE, answer)
                || MARKS.stream().anyMatch(marks -> isOpen(marks[0], answer));
        return open || answer.isBlank() ? -1 : soFar.length() - answer.length();
    }

    // Whether it begins so, or may do so with what is still to come.
    private static boolean isOpen(Pattern mark, String text) {
        Matcher matcher = mark.matcher(text);
        return matcher.lookingAt() || matcher.hitEnd();
    }

    private static String afterMarks(String content) {
        int start = new Thinking(content).start();
        return start == 0 ? content : content.substring(start).stripLeading();
    }

    private int start() {
        int start = after(0);
        if (start == 0) {
            start = MARKS.stream().mapToInt(this::afterUnopened).filter(end -> end > 0)
                    .findFirst().orElse(0);
        }
        for (int next = after(start); start > 0 && next > start; next = after(start)) {
            start = next;
        }
        return start;
    }

    // Where the thinking ends that begins here; here, if none does.
    private int after(int start) {
        int from = start;
        while (Character.isWhitespace(at(text, from)) && from < text.length()) {
            from++;
        }
        for (Pattern[] marks : MARKS) {
            Matcher open = marks[0].matcher(text).region(from, text.length());
            if (open.lookingAt()) {
                return isSubject(text, open.end()) ? start
                        : afterClosing(marks[1].matcher(text), open.end());
            }
        }
        return start;
    }

    // The first that is not quoted, or else, since there has to be one, the first.
    private int afterClosing(Matcher close, int from) {
        for (boolean found = close.find(from); found; found = close.find()) {
            if (!mayBeQuoted || !isQuoted(close)) {
                return close.end();
            }
        }
        mayBeQuoted = false;
        return close.find(from) ? close.end() : text.length();
    }

    private int afterUnopened(Pattern[] marks) {
        Matcher close = marks[1].matcher(text);
        if (!close.find()) {
            return 0;
        }
        Thinking fresh = new Thinking(text);
        boolean found = true;
        while (found && fresh.isQuoted(close)) {
            found = close.find();
        }
        return found && !isProse(text, close)
                && !marks[0].matcher(text).region(0, close.start()).find() ? close.end() : 0;
    }

    private boolean isQuoted(Matcher mark) {
        while (inCode && code.end() < mark.end()) {
            inCode = code.find();
        }
        return inCode && code.start() <= mark.start()
                || "\"'\u201c\u2018`*".indexOf(at(text, mark.start() - 1)) >= 0
                && "\"'\u201d\u2019`*".indexOf(at(text, mark.end())) >= 0;
    }

    private static boolean isProse(String text, Matcher mark) {
        char before = at(text, mark.start() - 1);
        boolean ends = text.substring(mark.end()).isBlank()
                && Character.isLetter(at(text, mark.start() - 2));
        return isSubject(text, mark.end()) || (before == ' ' || before == '(')
                && (ends || " .,;:!?)".indexOf(at(text, mark.end())) >= 0);
    }

    private static boolean isSubject(String text, int after) {
        return ABOUT.matcher(text).region(after, text.length()).lookingAt();
    }

    private static char at(String text, int index) {
        return index >= 0 && index < text.length() ? text.charAt(index) : '\n';
    }

    private static String unwrapped(String answer) {
        Matcher wrapped = WRAPPED.matcher(answer.stripTrailing());
        return !wrapped.matches() ? answer
                : (wrapped.group(2) != null ? wrapped.group(2) : wrapped.group(3)).strip();
    }

    private static String ofChannels(String content) {
        StringBuilder answer = new StringBuilder();
        Matcher channel = CHANNEL.matcher(content);
        while (channel.find()) {
            answer.append(channel.group(1).equals("final") ? channel.group(3) : "");
        }
        return answer.toString().stripLeading();
    }
}
