package vaas.json;

import java.util.List;
import java.util.Map;

/** Looks into JSON of which nothing is certain: what is not there, or of another kind, is null. */
public final class Fields {
    private Fields() {}

    /** A member of an object, or of its member, and so on; of a list, its first item's. */
    public static Object get(Object object, String... path) {
        Object found = object;
        for (String key : path) {
            found = first(found) instanceof Map<?, ?> map ? map.get(key) : null;
        }
        return found;
    }

    /** The first item of a list; what is no list is that itself. */
    public static Object first(Object list) {
        return !(list instanceof List<?> items) ? list : items.isEmpty() ? null : items.get(0);
    }

    /** The items of a list; none if it is no list. */
    public static List<?> items(Object list) {
        return list instanceof List<?> items ? items : List.of();
    }

    /** An object as what it is: JSON has string keys only. */
    @SuppressWarnings("unchecked")
    public static Map<String, Object> keyed(Map<?, ?> map) {
        return (Map<String, Object>) map;
    }
}
