package vaas.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProblemTest {
    private static String text(Response response) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        response.body().writeTo(out);
        return out.toString(StandardCharsets.UTF_8);
    }

    @Test
    void itHasTheMembersOfRfc9457InTheirOrder() throws IOException {
        Response response =
                new Problem(404, "Not \"here\".").with("Allow", "GET").toResponse();
        assertEquals(404, response.status());
        assertEquals("application/problem+json", response.mediaType());
        assertEquals(Map.of("Allow", "GET"), response.headers());
        assertEquals("{\"type\":\"about:blank\",\"title\":\"Not Found\",\"status\":404,"
                + "\"detail\":\"Not \\\"here\\\".\"}",
                text(response));
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 401, 403, 404, 405, 413, 415, 421, 422, 500, 502, 503, 504, 505, 507})
    void everyStatusThatIsUsedHasATitle(int status) throws IOException {
        String body = text(new Problem(status, "x").toResponse());
        assertFalse(body.contains("\"title\":\"Error\""), body);
    }

    @Test
    void aTypeIsTheFirstMember() throws IOException {
        Response response = new Problem(503, "x").of("/docs#y").toResponse();
        assertTrue(text(response)
                .startsWith("{\"type\":\"/docs#y\",\"title\":"));
    }

    @Test
    void itCarriesNoStackTrace() {
        assertEquals(0, new Problem(400, "x").getStackTrace().length);
    }
}
