package vaas.agent.groq;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import vaas.metrics.Metrics;

class ModelMetricsTest {
    @Test
    void eachTryIsCountedByWhatItCameTo() {
        Metrics metrics = new Metrics();
        ModelMetrics model = new ModelMetrics(metrics);
        model.count(new Completion.Answer("a"), 1_000_000);
        model.count(new Completion.ToolCalls("", List.of(), Map.of()), 1_000_000);
        model.count(new Completion.Refused(Reason.KEY, "", 401), 1_000_000);
        model.count(new Completion.TimedOut(), 1_000_000);
        model.count(new Completion.Unreachable(), 1_000_000);
        String text = metrics.text();
        for (String line : List.of(
                "vaas_model_calls_total{outcome=\"answered\"} 2",
                "vaas_model_calls_total{outcome=\"refused\"} 1",
                "vaas_model_calls_total{outcome=\"timed_out\"} 1",
                "vaas_model_calls_total{outcome=\"failed\"} 1",
                "vaas_model_call_duration_seconds_count 5")) {
            assertTrue(text.contains(line + "\n"), line + " is not in\n" + text);
        }
    }
}
