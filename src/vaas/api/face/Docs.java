package vaas.api.face;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import vaas.json.Json;
import vaas.json.JsonException;

/**
 * The description for people: a page made from openapi.json, of what that has. The fragment of a
 * problem's type leads to what stands there about it.
 */
record Docs(Map<String, Object> document) {
    private static final String PROBLEM = "application/problem+json";
    private static final String EVERYWHERE = "X-Request-Id"; // so it need not be said
    private static final List<String> BOUNDS = List.of("const", "enum", "format", "pattern",
            "maxLength", "minimum", "maximum", "default");

    static String page() {
        try {
            return new Docs(Json.read(Asset.read("openapi.json"))).html();
        } catch (JsonException e) {
            throw new IllegalStateException("openapi.json can't be read", e);
        }
    }

    private String html() {
        Map<String, Object> info = at(document, "info");
        String title = said(info, "title") + " " + said(info, "version");
        return Asset.read("docs.html").formatted(title, title,
                told(info, "summary", "description"),
                operations(Docs::entry) + entry("Errors", Map.of("operationId", "errors"))
                        + entry("Types of problems", Map.of("operationId", "types"))
                        + entry("Objects", Map.of("operationId", "objects")),
                operations(this::operation) + errors() + types() + objects());
    }

    private String operations(BiFunction<String, Map<String, Object>, String> shown) {
        return each(at(document, "paths"), (path, item) -> each(item, (method, operation) ->
                shown.apply(method.toUpperCase(Locale.ROOT) + " " + path, operation)));
    }

    private static String entry(String name, Map<String, Object> operation) {
        return tag("li", link(operation.get("operationId"), text(name))) + "\n";
    }

    private String operation(String name, Map<String, Object> operation) {
        Map<String, Object> body = at(operation, "requestBody");
        Map<String, Object> answers = at(operation, "responses");
        return tag("h2", operation.get("operationId"), code(name))
                + told(operation, "summary", "description")
                + told(at(document, "paths", name.substring(name.indexOf('/'))), "description")
                + (List.of().equals(operation.get("security")) ? tag("p", "Needs no token.") : "")
                + tag("h3", "Parameters") + table("Name", "Value", "Meaning",
                        list(operation, "parameters").map(this::parameter)
                                .collect(Collectors.joining()))
                + (body.isEmpty() ? "" : tag("h3", "Body") + told(body, "description")
                        + content(body) + examples(body))
                + tag("h3", "Answers") + table("Status", "Meaning", "Body",
                        each(answers, this::answer))
                + each(answers, (status, answer) -> isError(answer) ? "" : examples(answer));
    }

    private String parameter(Map<String, Object> it) {
        return row(tag("code", said(it, "name")) + ", " + said(it, "in"), type(at(it, "schema")),
                said(it, "description") + " Such as " + tag("code", said(it, "example")) + ".");
    }

    private String answer(String status, Map<String, Object> answer) {
        return row(status, told(answer, "description") + each(at(answer, "headers"),
                (name, header) -> name.equals(EVERYWHERE) ? ""
                        : tag("p", code(name) + ": " + said(header, "description"))),
                isError(answer) ? types(answer) : content(answer));
    }

    private boolean isError(Map<String, Object> answer) {
        return at(answer, "content").containsKey(PROBLEM);
    }

    private String content(Map<String, Object> of) {
        return each(at(of, "content"), (media, content) -> tag("p", code(media) + ": "
                + type(at(content, "schema"))));
    }

    private String examples(Map<String, Object> of) {
        return each(at(of, "content"), (media, content) -> each(at(content, "examples"),
                (name, it) -> tag("p", (it.containsKey("summary") ? said(it, "summary")
                        : "Example") + ":") + value(it)));
    }

    private String value(Map<String, Object> example) {
        Object value = example.get("value");
        return tag("pre", code(value instanceof String ? value : Json.text(at(example, "value"))))
                + "\n";
    }

    private String errors() {
        return tag("h2", "errors", "Errors") + told(schema("Problem"), "description")
                + table("Status", "Meaning", "Type", each(at(document, "components", "responses"),
                        (name, answer) -> !isError(answer) ? "" : row(status(answer),
                                said(answer, "description"), types(answer))));
    }

    private String status(Map<String, Object> error) {
        return each(at(error, "content", PROBLEM, "examples"),
                (name, example) -> said(at(example, "value"), "status") + " ").split(" ")[0];
    }

    /** Those that an answer may have. */
    private String types(Map<String, Object> error) {
        return each(at(error, "content", PROBLEM, "examples"), (name, example) -> {
            String type = at(example, "value").get("type").toString();
            return tag("p", link(type.contains("#") ? fragment(type) : "Problem", code(type)));
        });
    }

    private String types() {
        return tag("h2", "types", "Types of problems") + told(schema("ProblemType"), "description")
                + each(at(document, "components", "examples"), (name, example) -> {
                    String type = at(example, "value").get("type").toString();
                    return !type.contains("#") ? "" : tag("h3", fragment(type), code(type))
                            + tag("p", said(at(example, "value"), "status") + ": "
                                    + said(example, "description") + ".") + value(example);
                });
    }

    private static String fragment(String type) {
        return type.substring(type.indexOf('#') + 1);
    }

    private String objects() {
        return tag("h2", "objects", "Objects") + each(at(document, "components", "schemas"),
                (name, schema) -> tag("h3", name, code(name)) + told(schema, "description")
                        + (schema.containsKey("properties") ? members(schema)
                                : tag("p", type(schema))));
    }

    private String members(Map<String, Object> schema) {
        List<?> required = (List<?>) schema.getOrDefault("required", List.of());
        return table("Member", "Value", "Meaning", each(at(schema, "properties"), (name, it) ->
                row(code(name), type(it) + (required.contains(name) ? "" : "; may be absent"),
                        said(it, "description"))));
    }

    private Map<String, Object> schema(String name) {
        return at(document, "components", "schemas", name);
    }

    private String type(Map<String, Object> schema) {
        if (schema.containsKey("$ref")) {
            String name = schema.get("$ref").toString().replaceFirst(".*/", "");
            return link(name, code(name));
        } else if (schema.containsKey("oneOf")) {
            return list(schema, "oneOf").map(this::type).collect(Collectors.joining(" or "));
        } else if (schema.containsKey("items")) {
            return "list of " + type(at(schema, "items"));
        } else if (schema.containsKey("contentSchema")) {
            return type(at(schema, "contentSchema")) + " as JSON";
        }
        String kinds = said(schema, "type").replaceAll("[\\[\\]]", "").replace(", ", " or ");
        return kinds + BOUNDS.stream().filter(schema::containsKey)
                .map(bound -> ", " + bound + " " + code(schema.get(bound)))
                .collect(Collectors.joining());
    }

    // Below, what stands in the document as a reference is what it refers to.

    private String told(Map<String, Object> of, String... names) {
        return Stream.of(names).map(name -> said(of, name)).filter(it -> !it.isEmpty())
                .map(it -> tag("p", it) + "\n").collect(Collectors.joining());
    }

    private String said(Map<String, Object> of, String name) {
        return prose(resolved(of).getOrDefault(name, ""));
    }

    private String each(
            Map<String, Object> all, BiFunction<String, Map<String, Object>, String> shown) {
        return all.entrySet().stream().filter(entry -> entry.getValue() instanceof Map)
                .map(entry -> shown.apply(entry.getKey(), map(entry.getValue())))
                .collect(Collectors.joining());
    }

    private Stream<Map<String, Object>> list(Map<String, Object> of, String name) {
        return ((List<?>) of.getOrDefault(name, List.of())).stream().map(Docs::map);
    }

    private Map<String, Object> at(Map<String, Object> start, String... names) {
        Map<String, Object> found = start;
        for (String name : names) {
            found = map(resolved(found).getOrDefault(name, Map.of()));
        }
        return found;
    }

    private Map<String, Object> resolved(Map<String, Object> it) {
        return it.containsKey("$ref")
                ? at(document, it.get("$ref").toString().substring("#/".length()).split("/")) : it;
    }

    @SuppressWarnings("unchecked") // JSON's objects
    private static Map<String, Object> map(Object json) {
        return (Map<String, Object>) json;
    }

    // Pieces of a page. What is no piece already is escaped.

    private static String text(Object plain) {
        return plain.toString().replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
                .replace("\"", "&quot;");
    }

    private static String code(Object plain) {
        return tag("code", text(plain));
    }

    /** Text in which code stands between backticks. */
    private static String prose(Object plain) {
        return text(plain).replaceAll("`([^`]*)`", "<code>$1</code>");
    }

    private static String tag(String name, String content) {
        return "<" + name + ">" + content + "</" + name + ">";
    }

    private static String tag(String name, Object id, String content) {
        return "<" + name + " id=\"" + text(id) + "\">" + content + "</" + name + ">\n";
    }

    private static String link(Object id, String content) {
        return "<a href=\"#" + text(id) + "\">" + content + "</a>";
    }

    /** A table of three columns, whose rows each begin with what they are about. */
    private static String table(String first, String second, String third, String rows) {
        String head = "<th scope=\"col\">"
                + String.join("</th><th scope=\"col\">", first, second, third) + "</th>";
        return "<table>\n" + tag("thead", tag("tr", head)) + "\n" + tag("tbody", "\n" + rows)
                + "\n</table>\n";
    }

    private static String row(String first, String second, String third) {
        return tag("tr", "<th scope=\"row\">" + first + "</th>" + tag("td", second)
                + tag("td", third)) + "\n";
    }
}
