package vaas.agent.groq;

import vaas.agent.groq.Completion.Refused;
import vaas.agent.groq.Completion.TimedOut;
import vaas.agent.groq.Completion.Unreachable;
import vaas.agent.groq.Completion.Unusable;
import vaas.metrics.Counter;
import vaas.metrics.Histogram;
import vaas.metrics.Metrics;

/** What the calls to the model count and time. */
final class ModelMetrics {
    private static final String CALLS = "vaas_model_calls_total";
    private static final String CALLS_HELP = "Requests to the model by what they came to.";

    final Counter retries;
    private final Histogram seconds;
    private final Counter answered;
    private final Counter refused;
    private final Counter failed;
    private final Counter timedOut;

    ModelMetrics(Metrics metrics) {
        seconds = metrics.histogram("vaas_model_call_duration_seconds",
                "Requests to the model, each try.");
        retries = metrics.counter("vaas_model_retries_total", "Requests that were tried again.");
        answered = metrics.counter(CALLS, CALLS_HELP, "outcome", "answered");
        refused = metrics.counter(CALLS, CALLS_HELP, "outcome", "refused");
        failed = metrics.counter(CALLS, CALLS_HELP, "outcome", "failed");
        timedOut = metrics.counter(CALLS, CALLS_HELP, "outcome", "timed_out");
    }

    /** Counts one try. */
    void count(Completion completion, long nanos) {
        seconds.record(nanos);
        if (completion instanceof Refused) {
            refused.increment();
        } else if (completion instanceof TimedOut) {
            timedOut.increment();
        } else if (completion instanceof Unreachable
                || completion instanceof Unusable) {
            failed.increment();
        } else {
            answered.increment();
        }
    }
}
