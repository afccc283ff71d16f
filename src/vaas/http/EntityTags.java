package vaas.http;

import com.sun.net.httpserver.Headers;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a request's condition names (RFC 9110 sections 13.1.1 and 13.1.2): nothing, if it has none.
 *
 * @param any whether it is a star, that anything matches
 * @param strong tags without their quotes
 * @param weak those that are marked as weak
 */
public record EntityTags(boolean any, Set<String> strong, Set<String> weak) {
    private static final Pattern ITEM = Pattern.compile(
            "\\G[ \t]*(?:(W/)?\"([\\x21\\x23-\\x7e\\x80-\\xff]*)\"[ \t]*)?(?:,|\\z)");

    /** No condition. */
    public static final EntityTags NONE = new EntityTags(false, Set.of(), Set.of());

    /** Reads If-Match or If-None-Match; 400 if it is malformed. */
    public static EntityTags of(Headers headers, String name) throws Problem {
        if (!headers.containsKey(name)) {
            return NONE;
        }
        String list = String.join(",", headers.get(name));
        if (FieldValue.trim(list).equals("*")) {
            return new EntityTags(true, Set.of(), Set.of());
        }
        Set<String> strong = new HashSet<>();
        Set<String> weak = new HashSet<>();
        Matcher item = ITEM.matcher(list);
        int end = 0;
        for (; end < list.length() && item.find(); end = item.end()) {
            if (item.group(2) != null) {
                (item.group(1) == null ? strong : weak).add(item.group(2));
            }
        }
        if (end < list.length() || strong.isEmpty() && weak.isEmpty()) {
            throw new Problem(400, name + " must be * or a list of tags, each in quotes.");
        }
        return new EntityTags(false, strong, weak);
    }

    /** Whether one of them is this, weak or not. */
    public boolean matchesWeakly(String tag) {
        return any || strong.contains(tag) || weak.contains(tag);
    }
}
