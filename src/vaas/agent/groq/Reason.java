package vaas.agent.groq;

import java.util.Arrays;
import java.util.Collection;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * Why a request is refused: by a code or type where that says it, else by the wordings that servers
 * are known for, all in lower case. The order decides where two would fit.
 */
enum Reason {
    /** The model wrote a tool call that can't be read; it may do better next time. */
    TOOL_USE("tool_use_failed", "(?!)"),
    /** Too many requests for now. */
    RATE("429|rate_?limit\\w*|too_?many_?requests|resource_exhausted|throttl\\w*"
            + "|insufficient_quota|quota_exceeded",
            "rate[ -]?limit|too many requests|quota exceeded|exceeded your .{0,20}quota"),
    TOO_LONG("context_?length_?exceeded|exceed_context_size(_error)?|context_?window_?exceeded"
            + "(_?error)?|request_too_large|string_(above_max_length|too_long)"
            + "|model_max_prompt_tokens_exceeded|tokens_limit_reached|3051|1261",
            "context[ _-]?(length|size|window|limit)|exceed_context|max_(model_len|total_tokens)"
            // What, and that it is too much of it.
            + "|\\b(prompts?|inputs?|messages?|conversation|sequence|tokens?)\\b((?!image).){0,80}"
            + "(too (long|large|many)|exceed|(long|great|larg|small|few)er than|(more|less) than"
            + "|must be <|n_ctx|limit)"
            // The other way round, where the length is spoken of.
            + "|(too (long|large|many)|exceed\\w*|(longer|greater|larger|more) than|reduced?"
            + "|over the limit|\\bmax(imum)?\\b|range of).{0,60}"
            + "(\\btokens?\\b|\\b(prompt|input|context|sequence|message)\\w*[ _]?(len|size|limit))"
            + "|too large (for (the )?model|to process)|reduce (the length|your (prompt|message))"
            + "|max_tokens.{0,20} must be at least 1, got -"
            + "|(\u8d85|\u8fc7)(\u957f|\u51fa|\u8fc7)"), // in Chinese: too long, exceeds
    /** Tools, or one of them, are not taken. */
    TOOLS("tools?_not_supported|unsupported_tools?|tool_(use|calls?|calling|choice)_not_supported",
            "--jinja|enable-auto-tool-choice|tool[-_]call[-_]parser"
            + "|\\b(tools?|functions?|tool_choice|(tool|function)[ _-]?(use|usage|call\\w*|choice))"
            + "\\b.{0,80}?(\\bnot |n.t |\\bun|\\bin|disabl)(be |currently |yet |a )*"
            + "(support|enabl|allow|permit|avail|implement|recogni|know|accept|expect|valid|ed\\b)"
            + "|(\\bnot\\b|n.t|cannot|unsupported|unrecognized|unknown|unexpected|\\bextra\\b"
            + "|\u4e0d\u652f\u6301"
            + "|no endpoints?|\\bno model|\\bhas no|no support|only support|lacks?|without|invalid)"
            + ".{0,120}?\\b(tools?|functions?|tool_choice|(tool|function)[ _-]?"
            + "(use|call\\w*|choice))\\b"
            + "|\\btools?(_choice)?\\b.{0,60}"
            + "(extra inputs|extra_forbidden|unsupported|unrecognized)"
            + "|(invalid|unrecognized|failed|unable).{0,30} schema\\b|\\bschema conversion"),
    MODEL("model_\\w*|(invalid|unknown|unsupported)_model|deploymentnotfound|modelnotfound\\w*",
            "not a valid model|(invalid|unknown|no such|unrecognized|not supported) model\\b"
            + "|\\bmodels?\\b.{0,160}?(not exist|not found|not be found|not available"
            + "|decommissioned|deprecated|not supported|not loaded|is unknown|no longer|retired)"
            + "|no models? (is |are )?(loaded|found|named)|pulling it first|(?m:^model: )"
            + "|(failed|could not|cannot|unable)( to)? load (the )?model"
            + "|no endpoints found|no such deployment|deployment .{0,80}not exist"
            + "|llm provider not provided|not allowed .{0,40}\\bmodel\\b"),
    KEY("401|invalid_api_key|api_key_invalid|authentication(_?error)?|unauthorized"
            + "|unauthenticated|invalid_authentication\\w*|no_db_connection",
            "(invalid|incorrect|missing|no|wrong|expired|malformed) .{0,20}"
            + "(api[ _-]?key|auth\\w* (credential|token|header)|credential)"
            + "|api[ _-]?key .{0,30}(not valid|invalid|expired|incorrect|missing|required)"
            + "|unauthori[sz]ed|authentication (failed|required)"),
    /** The address leads to no chat completions API. */
    ADDRESS("unknown_url|unknown_route|invalid_url|route_not_found",
            "unexpected endpoint|unknown (request )?(url|route|path|endpoint)|invalid url"
            + "|cannot post|no (such )?route|(route|url|path|page|endpoint).{0,80}not (found|exist)"
            + "|endpoint or method|(method|405) not allowed|no handler"
            + "|http request.{0,10} to .{0,3}https"),
    OTHER("(?!)", "(?!)");

    private final Pattern code;
    private final Pattern words;

    Reason(String code, String words) {
        this.code = Pattern.compile(code);
        this.words = Pattern.compile(words);
    }

    /** The first that a code says. */
    static Optional<Reason> byCode(Collection<String> codes) {
        return first(it -> codes.stream().anyMatch(code -> it.code.matcher(code).matches()));
    }

    /** The first that a text says, within one of its lines. */
    static Optional<Reason> byWords(String text) {
        return first(reason -> reason.words.matcher(text).find());
    }

    private static Optional<Reason> first(Predicate<Reason> fits) {
        return Arrays.stream(values()).filter(fits).findFirst();
    }
}
