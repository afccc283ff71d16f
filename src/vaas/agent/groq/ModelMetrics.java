package vaas.agent.groq;

import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import vaas.metrics.Counter;
import vaas.metrics.Histogram;
import vaas.metrics.Metrics;

/** What the calls to the model count and time. */
final class ModelMetrics {
    final Counter retries;
    private final Histogram seconds;
    private final Map<String, Counter> calls;

    ModelMetrics(Metrics metrics) {
        seconds = metrics.histogram("vaas_model_call_duration_seconds",
                "Requests to the model, each try.");
        retries = metrics.counter("vaas_model_retries_total", "Requests that were tried again.");
        calls = Stream.of("answered", "refused", "failed", "timed_out").collect(
                Collectors.toMap(outcome -> outcome, outcome -> metrics.counter(
                        "vaas_model_calls_total", "Requests to the model by what they came to.",
                        "outcome", outcome)));
    }

    void count(Completion completion, long nanos) {
        seconds.record(nanos);
        calls.get(completion instanceof Completion.Refused ? "refused"
                : completion instanceof Completion.TimedOut ? "timed_out"
                : completion instanceof Completion.Unreachable
                || completion instanceof Completion.Unusable ? "failed"
                : "answered").increment();
    }
}
