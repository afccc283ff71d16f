package vaas.agent.groq;

import java.util.List;
import java.util.Map;

/** Looks into JSON of which nothing is certain: what is not there, or of another kind, is null. */
final class Fields {
    private Fields() {}

    /** A member of an object. */
    static Object get(Object object, String key) {
        return object instanceof Map<?, ?> map ? map.get(key) : null;
    }

    /** The first item of a list. */
    static Object first(Object list) {
        return items(list).isEmpty() ? null : items(list).get(0);
    }

    /** The items of a list; none if it is no list. */
    static List<?> items(Object list) {
        return list instanceof List<?> items ? items : List.of();
    }

    /** An object as what it is: JSON has string keys only. */
    @SuppressWarnings("unchecked")
    static Map<String, Object> keyed(Map<?, ?> map) {
        return (Map<String, Object>) map;
    }
}
