package vaas.api.face;

/** Pieces of a page. What is no piece already is escaped. */
final class Html {
    private Html() {}

    /** Plain text. */
    static String text(Object plain) {
        return plain.toString().replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
                .replace("\"", "&quot;");
    }

    static String code(Object plain) {
        return tag("code", text(plain));
    }

    /** Text in which code stands between backticks. */
    static String prose(Object plain) {
        return text(plain).replaceAll("`([^`]*)`", "<code>$1</code>");
    }

    static String tag(String name, String content) {
        return "<" + name + ">" + content + "</" + name + ">";
    }

    /** Something that can be linked to. */
    static String tag(String name, Object id, String content) {
        return "<" + name + " id=\"" + text(id) + "\">" + content + "</" + name + ">\n";
    }

    /** A link to a place of the same page. */
    static String link(Object id, String content) {
        return "<a href=\"#" + text(id) + "\">" + content + "</a>";
    }

    /** A table of three columns, whose rows each begin with what they are about. */
    static String table(String first, String second, String third, String rows) {
        StringBuilder head = new StringBuilder();
        for (String column : new String[] {first, second, third}) {
            head.append("<th scope=\"col\">").append(column).append("</th>");
        }
        return "<table>\n" + tag("thead", tag("tr", head.toString())) + "\n"
                + tag("tbody", "\n" + rows) + "\n</table>\n";
    }

    static String row(String first, String second, String third) {
        return tag("tr", "<th scope=\"row\">" + first + "</th>" + tag("td", second)
                + tag("td", third)) + "\n";
    }
}
