package vaas.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import vaas.json.Json;
import vaas.json.JsonException;

/**
 * Holds values to the schemas of one document, of which it knows the keywords that are used there;
 * any other fails. Stricter than the standard: an object with properties has no others, unless its
 * schema says something of additional ones.
 */
public final class JsonSchema {
    private static final Set<String> SAY_NOTHING = Set.of("description", "default",
            "additionalProperties", "required", "maximum", "contentMediaType");

    private final Map<String, Object> document;

    public JsonSchema(Map<String, Object> document) {
        this.document = document;
    }

    /** What a reference in the document refers to; anything else is itself. */
    public Map<String, Object> resolved(Object json) {
        Map<String, Object> found = map(json);
        while (found.get("$ref") instanceof String reference) {
            assertEquals(1, found.size(), "beside " + reference);
            assertTrue(reference.startsWith("#/"), reference);
            Object place = document;
            for (String name : reference.substring(2).split("/")) {
                place = map(place).get(name);
            }
            assertTrue(place instanceof Map, reference + " refers to nothing");
            found = map(place);
        }
        return found;
    }

    /** Asserts that a value is what a schema says. */
    public void check(Object schema, Object value, String place) {
        Map<String, Object> resolved = resolved(schema);
        resolved.forEach((keyword, says) -> assertTrue(
                holds(resolved, keyword, says, value, place),
                () -> place + ": " + value + " breaks " + keyword + " " + says));
    }

    private boolean holds(
            Map<String, Object> schema, String keyword, Object says, Object value, String place) {
        return switch (keyword) {
            case "type" -> (says instanceof List<?> kinds ? kinds : List.of(says)).stream()
                    .anyMatch(kind -> isA(kind.toString(), value));
            case "const" -> says.equals(value);
            case "enum" -> ((List<?>) says).contains(value);
            case "pattern" -> !(value instanceof String text)
                    || Pattern.compile(says.toString()).matcher(text).find();
            case "maxLength" -> !(value instanceof String text)
                    || text.length() <= ((Number) says).intValue();
            case "minimum" -> !(value instanceof Number number)
                    || number.longValue() >= ((Number) says).longValue()
                    && number.longValue() <= ((Number) schema.getOrDefault(
                            "maximum", Long.MAX_VALUE)).longValue();
            case "format" -> !(value instanceof String text) || isOf(says.toString(), text);
            case "items" -> {
                ((List<?>) value).forEach(item -> check(says, item, place + "[]"));
                yield true;
            }
            case "properties" -> {
                checkMembers(schema, map(value), place);
                yield true;
            }
            case "oneOf" -> ((List<?>) says).stream()
                    .filter(one -> accepts(one, value, place)).count() == 1;
            case "contentSchema" -> {
                check(says, json(value.toString()), place);
                yield true;
            }
            default -> SAY_NOTHING.contains(keyword);
        };
    }

    private void checkMembers(Map<String, Object> schema, Map<String, Object> object,
            String place) {
        Map<String, Object> properties = map(schema.get("properties"));
        Set<Object> missing = new HashSet<>((List<?>) schema.getOrDefault("required", List.of()));
        assertTrue(properties.keySet().containsAll(missing), place + " requires what it has not");
        missing.removeAll(object.keySet());
        assertEquals(Set.of(), missing, place + " lacks members");
        object.forEach((name, member) -> {
            assertTrue(properties.containsKey(name) || schema.containsKey("additionalProperties"),
                    place + " has a member that is not described: " + name);
            if (properties.containsKey(name)) {
                check(properties.get(name), member, place + "." + name);
            }
        });
    }

    private boolean accepts(Object schema, Object value, String place) {
        try {
            check(schema, value, place);
            return true;
        } catch (AssertionError e) {
            return false;
        }
    }

    private static Map<String, Object> json(String text) {
        try {
            return Json.read(text);
        } catch (JsonException e) {
            throw new AssertionError(text, e);
        }
    }

    private static boolean isA(String kind, Object value) {
        return switch (kind) {
            case "object" -> value instanceof Map;
            case "array" -> value instanceof List;
            case "string" -> value instanceof String;
            case "boolean" -> value instanceof Boolean;
            case "integer" -> value instanceof Integer || value instanceof Long;
            case "null" -> value == null;
            default -> throw new AssertionError("unknown type " + kind);
        };
    }

    private static boolean isOf(String format, String text) {
        return switch (format) {
            case "uuid" -> UUID.fromString(text).toString().equals(text);
            case "date-time" -> Instant.parse(text).toString().length() > 0;
            default -> throw new AssertionError("unknown format " + format);
        };
    }

    @SuppressWarnings("unchecked") // JSON's objects
    private static Map<String, Object> map(Object json) {
        return (Map<String, Object>) json;
    }
}
