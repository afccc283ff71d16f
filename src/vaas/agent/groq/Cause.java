package vaas.agent.groq;

import java.util.Arrays;
import java.util.Collection;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What an error is about, whoever words it: by its code or type where that says it, else by the
 * wordings that servers are known for. The order decides where two would fit.
 */
enum Cause {
    /** The model wrote a tool call that can.t be read. */
    TOOL_USE("tool_use_failed", "(?!)"),
    /** The prompt does not fit. */
    TOO_LONG("context_?length_?exceeded|exceed_context_size(_error)?|context_?window_?exceeded"
            + "(_?error)?|request_too_large|string_above_max_length|3051",
            "context[ _-]?(length|size|window|limit)|exceed_context|max_(model_len|total_tokens)"
            + "|(prompt|inputs?|messages?|conversation|request)( [^.]{0,40})?"
            + " (is |are )?too (long|large)"
            + "|too large for (the )?model|reduce (the length|your (prompt|message|input))"
            + "|(maximum|max) (context|model|prompt|input|sequence)[ _]?(length|tokens?|size)"
            + "|input token count|too many (input |prompt )?tokens"
            + "|(prompt|inputs?|request|messages?)\\b.{0,80}\\btokens?\\b.{0,80}"
            + "(exceed|greater than|longer than|more than|larger than|maximum|limit)"
            + "|(exceed|greater than|longer than|more than|larger than|maximum|over the limit)"
            + ".{0,60}\\b(prompt|input|context)\\b.{0,40}\\btoken"
            + "|exceed\\w* .{0,40}\\b(maximum|max|limit|number)\\b.{0,30}\\btokens\\b"
            + "|tokens .{0,20}exceed"),
    /** Tools, or one of them, are not taken. */
    TOOLS("tools?_not_supported|unsupported_tools?|tool_(use|calls?|calling|choice)_not_supported",
            "--jinja|enable-auto-tool-choice|tool[-_]call[-_]parser"
            + "|\\b(tools?|functions?|tool_choice|(tool|function)[ _-]?(use|usage|call\\w*|choice))"
            + "\\b.{0,80}?(\\bnot |n.t |\\bun|\\bin|disabl)(be |currently |yet |a )*"
            + "(support|enabl|allow|permit|avail|implement|recogni|know|accept|expect|valid|ed\\b)"
            + "|(\\bnot\\b|n.t|cannot|unsupported|unrecognized|unknown|unexpected|\\bextra\\b"
            + "|no endpoints?|\\bno model|lacks?|without|invalid).{0,120}?"
            + "\\b(tools?|functions?|tool_choice|(tool|function)[ _-]?(use|call\\w*|choice))\\b"
            + "|\\btools?(_choice)?\\b.{0,60}"
            + "(extra inputs|extra_forbidden|unsupported|unrecognized)"),
    /** Too many requests for now. */
    RATE("429|rate_?limit\\w*|too_?many_?requests|resource_exhausted|throttl\\w*"
            + "|insufficient_quota|quota_exceeded",
            "rate[ -]?limit|too many requests|quota exceeded|exceeded your .{0,20}quota"),
    /** The model is not there. */
    MODEL("model_\\w*|(invalid|unknown|unsupported)_model|deploymentnotfound|modelnotfound\\w*",
            "not a valid model|(invalid|unknown|no such|unrecognized) model\\b"
            + "|\\bmodels?\\b.{0,160}?(not exist|not found|not be found|not available"
            + "|decommissioned|deprecated|not supported|not loaded|is unknown|no longer)"
            + "|no models? (is |are )?(loaded|found|named)|failed to load model|pulling it first"
            + "|no endpoints found|no such deployment|deployment .{0,80}not exist"),
    /** The key. */
    KEY("401|invalid_api_key|api_key_invalid|authentication(_?error)?|unauthorized"
            + "|unauthenticated|invalid_authentication\\w*",
            "(invalid|incorrect|missing|no|wrong|expired|malformed) .{0,20}"
            + "(api[ _-]?key|auth\\w* (credential|token|header)|credential)"
            + "|api[ _-]?key .{0,30}(not valid|invalid|expired|incorrect|missing|required)"
            + "|unauthori[sz]ed|authentication (failed|required)"),
    /** The address leads to no chat completions API. */
    ADDRESS("unknown_url|unknown_route|invalid_url|route_not_found",
            "unexpected endpoint|unknown (request )?(url|route|path|endpoint)|invalid url"
            + "|cannot post|no (such )?route|(route|url|path|page|endpoint).{0,80}not (found|exist)"
            + "|endpoint or method|method not allowed|no handler");

    private final Pattern code;
    private final Pattern words;

    Cause(String code, String words) {
        this.code = Pattern.compile(code);
        this.words = Pattern.compile(words, Pattern.DOTALL);
    }

    /** The first that a code says; all in lower case. */
    static Optional<Cause> byCode(Collection<String> codes) {
        return Arrays.stream(values()).filter(cause -> codes.stream()
                .anyMatch(code -> cause.code.matcher(code).matches())).findFirst();
    }

    /** The first that a text says, in lower case. */
    static Optional<Cause> byWords(String text) {
        return Arrays.stream(values())
                .filter(cause -> cause.words.matcher(text).find()).findFirst();
    }
}
