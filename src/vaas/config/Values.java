package vaas.config;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Reads single settings and collects what is wrong with them. An empty value counts as not set.
 * After a fault the default is returned, so that the reading can go on to the next fault.
 */
final class Values {
    private static final int SECONDS_MAX = 3600;

    private final Map<String, String> environment;
    // A set, because a setting that two slices hold is read twice.
    private final Set<String> faults = new LinkedHashSet<>();

    Values(Map<String, String> environment) {
        this.environment = new HashMap<>(environment);
        for (Setting setting : Setting.values()) {
            if (environment.getOrDefault(setting.name(), "").indexOf('\uFFFD') >= 0) {
                this.environment.remove(setting.name());
                fault(setting, "holds bytes that are not UTF-8, or was changed on its way: start"
                        + " vaas by run.sh, or with LC_ALL=C.UTF-8");
            }
        }
    }

    List<String> faults() {
        return List.copyOf(faults);
    }

    void fault(Setting setting, String sentence) {
        faults.add(setting + " " + sentence);
    }

    boolean isSet(Setting setting) {
        return !environment.getOrDefault(setting.name(), "").isEmpty();
    }

    /** Any text that is not blank. */
    String text(Setting setting) {
        String value = raw(setting);
        if (isSet(setting) && value.isBlank()) {
            fault(setting, "is blank");
            return setting.defaultValue();
        }
        return value;
    }

    /** Any text that is not blank; none if it is set to nothing. */
    String textOrNothing(Setting setting) {
        return "".equals(environment.get(setting.name())) ? "" : text(setting);
    }

    /** Shows a consumer all there is, which says itself what is wrong with its proxies. */
    void proxies(Consumer<Map<String, String>> consumer) {
        try {
            consumer.accept(environment);
        } catch (IllegalArgumentException e) {
            faults.add(e.getMessage());
        }
    }

    /** Text that can stand in one line of a log or a header. */
    String line(Setting setting) {
        String value = text(setting).strip();
        if (value.chars().anyMatch(Character::isISOControl)) {
            fault(setting, "holds a control character");
        }
        return value;
    }

    /** Visible ASCII, as it can stand in a header; never quoted in a fault. */
    Optional<String> secret(Setting setting) {
        String value = text(setting).strip();
        if (value.chars().anyMatch(c -> c <= ' ' || c > '~')) {
            fault(setting, "holds a character that is not visible ASCII");
            return Optional.empty();
        }
        return value.isEmpty() ? Optional.empty() : Optional.of(value);
    }

    int number(Setting setting, int min, int max) {
        return whole(setting, min, max, min + " to " + max)
                .orElseGet(() -> Long.valueOf(setting.defaultValue())).intValue();
    }

    Duration seconds(Setting setting, int min) {
        return Duration.ofSeconds(number(setting, min, SECONDS_MAX));
    }

    /** A limit; empty if it is not set. */
    Optional<Long> limit(Setting setting, long min) {
        return isSet(setting) ? whole(setting, min, Long.MAX_VALUE, Long.toString(min))
                : Optional.empty();
    }

    <E extends Enum<E>> E oneOf(Setting setting, Class<E> type) {
        String value = raw(setting).strip().toUpperCase(Locale.ROOT);
        try {
            return Enum.valueOf(type, value);
        } catch (IllegalArgumentException e) {
            fault(setting, "is '" + value + "', expected one of " + String.join(", ",
                    Stream.of(type.getEnumConstants()).map(Enum::name).toList()));
            return Enum.valueOf(type, setting.defaultValue());
        }
    }

    /** Comma-separated items, each of which must match a regular expression. */
    Set<String> set(Setting setting, String regex, String expected) {
        List<String> items = Stream.of(raw(setting).split(",")).map(String::strip)
                .filter(item -> !item.isEmpty()).distinct().toList();
        items.stream().filter(item -> !item.matches(regex)).forEach(
                item -> fault(setting, "has '" + item + "', expected " + expected));
        return Set.copyOf(items);
    }

    Path path(Setting setting) {
        String value = text(setting);
        if (value.matches("~(/.*)?")) { // no shell has seen it
            String home = environment.getOrDefault("HOME", "");
            value = (home.isEmpty() ? System.getProperty("user.home") : home)
                    + value.substring(1);
        } else if (value.startsWith("~")) {
            fault(setting, "begins with ~ and a name, which only shells know: give all of it");
        }
        try {
            return Path.of(value);
        } catch (InvalidPathException e) {
            fault(setting, "is no path");
            return Path.of(setting.defaultValue());
        }
    }

    /** What a parser makes of it; empty if that throws an IllegalArgumentException. */
    <T> Optional<T> checked(Setting setting, Function<String, T> parser, String expected) {
        try {
            return Optional.of(parser.apply(text(setting)));
        } catch (IllegalArgumentException e) {
            fault(setting, "is not " + expected);
            return Optional.empty();
        }
    }

    private Optional<Long> whole(Setting setting, long min, long max, String range) {
        String value = raw(setting).strip();
        try {
            long number = Long.parseLong(value);
            if (number >= min && number <= max) {
                return Optional.of(number);
            }
        } catch (NumberFormatException e) {
            // the same sentence serves
        }
        fault(setting, "is '" + value + "', expected a whole number from " + range);
        return Optional.empty();
    }

    private String raw(Setting setting) {
        return isSet(setting) ? environment.get(setting.name()) : setting.defaultValue();
    }
}
