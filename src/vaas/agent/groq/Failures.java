package vaas.agent.groq;

import vaas.agent.Question;
import vaas.agent.Reply;

/** What the caller is told when the model gave no answer: a sentence that says what to check. */
final class Failures {
    private static final System.Logger LOG = System.getLogger(Failures.class.getName());

    private final SettingNames names;
    private final String address; // for log lines

    Failures(SettingNames names, String address) {
        this.names = names;
        this.address = address;
    }

    /** The reply for any completion but an answer; too long has a sentence that is given. */
    Reply reply(Question question, Completion completion, String tooLong) {
        if (completion instanceof Completion.Busy busy) {
            return new Reply.Busy(busy.retryAfter(), "The model takes no more requests for now.");
        } else if (completion instanceof Completion.TimedOut) {
            return new Reply.Failed(Reply.Kind.TIMEOUT,
                    "The model did not answer within " + names.timeout() + ".");
        } else if (completion instanceof Completion.Refused refused) {
            String model =
                    question.image().isPresent() ? names.imageModel() : names.generalModel();
            LOG.log(System.Logger.Level.ERROR, "id {0}: the model API refused {1} of {2}: {3}",
                    question.requestId(), model, address, refused.reason());
            return refusal(refused.reason(), model, tooLong);
        }
        return new Reply.Failed(Reply.Kind.MODEL,
                "The model could not be reached or gave no usable answer.");
    }

    private Reply refusal(Reason reason, String model, String tooLong) {
        Reply.Kind kind = reason == Reason.TOO_LONG ? Reply.Kind.TOO_LONG : Reply.Kind.MODEL;
        return new Reply.Failed(kind, switch (reason) {
            case KEY -> "The model API refused the key: check " + names.apiKey() + ".";
            case MODEL -> "The model is not available: check " + model + ".";
            case ADDRESS -> "The model API knows no such address or model: check "
                    + names.baseUrl() + " and " + model + ".";
            case TOO_LONG -> tooLong;
            case TOOL_USE -> "The model wrote a tool call that can't be read.";
            case TOOLS, RATE, OTHER -> "The model API refused the request.";
        });
    }
}
