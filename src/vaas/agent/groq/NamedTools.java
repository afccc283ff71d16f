package vaas.agent.groq;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import vaas.agent.Tool;

/** Which tools an error names: by their name, or their place in the list that was sent. */
final class NamedTools {
    private static final Pattern PLACE = Pattern.compile("\\btools\\W{1,4}([0-9]{1,3})\\b");

    private NamedTools() {}

    /** Names of those that a text names, which is in lower case. */
    static Set<String> in(String words, List<Tool> sent) {
        Set<String> names = new LinkedHashSet<>();
        for (Tool tool : sent) {
            String name = Pattern.quote(tool.name().toLowerCase(Locale.ROOT));
            // Quoted, or of more than one word: a tool may be called as any word of a sentence is.
            if (Pattern.compile("[`'\"]" + name + "[`'\"]").matcher(words).find()
                    || tool.name().contains("_")
                    && Pattern.compile("\\b" + name + "\\b").matcher(words).find()) {
                names.add(tool.name());
            }
        }
        Matcher place = PLACE.matcher(words);
        while (place.find()) {
            int index = Integer.parseInt(place.group(1));
            if (index < sent.size()) {
                names.add(sent.get(index).name());
            }
        }
        return names;
    }
}
