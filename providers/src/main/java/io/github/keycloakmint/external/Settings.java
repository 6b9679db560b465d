package io.github.keycloakmint.external;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Typed reading of a provider's configuration; what does not fit is a {@link BadSetting}. */
final class Settings {

    /** The admin console joins the members of a list like this ({@code MultiLineInput}). */
    private static final String CONSOLE_SEPARATOR = "##";

    private static final int LONGEST_TEXT = 2_000;
    private static final int LONGEST_LIST = 50;

    private final Map<String, String> config;

    Settings(Map<String, String> config) {
        this.config = config;
    }

    /** Without blanks around it; what is left empty in a form is absent. */
    Optional<String> text(Setting setting) {
        return text(setting, LONGEST_TEXT);
    }

    Optional<String> text(Setting setting, int longest) {
        Optional<String> value = raw(setting);
        if (value.filter(text -> text.length() > longest).isPresent()) {
            throw new BadSetting(setting, "must have at most " + longest + " characters");
        }
        return value;
    }

    /** @param form in words, to end "must be …" */
    Optional<String> text(Setting setting, Pattern pattern, String form) {
        return text(setting).map(value -> matching(setting, value, pattern, form));
    }

    /** One of the setting's options. */
    String choice(Setting setting) {
        String value = text(setting).orElse(setting.fallback());
        if (!setting.options().contains(value)) {
            throw new BadSetting(setting, "must be one of " + String.join(", ", setting.options()));
        }
        return value;
    }

    long number(Setting setting, long least, long most) {
        String value = text(setting).orElse(setting.fallback());
        if (value.matches("\\d{1,9}")) {
            long number = Long.parseLong(value);
            if (number >= least && number <= most) {
                return number;
            }
        }
        throw new BadSetting(setting, "must be a whole number from " + least + " to " + most);
    }

    /** Members as the admin console joins them, or separated by commas. */
    Set<String> list(Setting setting, Pattern pattern, String form) {
        String value = text(setting, LONGEST_LIST * 256).orElse(setting.fallback());
        String separator = value.contains(CONSOLE_SEPARATOR) ? CONSOLE_SEPARATOR : ",";
        List<String> members = Arrays.stream(value.split(separator, -1))
                .map(String::strip)
                .filter(member -> !member.isEmpty())
                .toList();
        if (members.isEmpty() && !value.isEmpty()) {
            // a list of nothing but separators would read as no restriction at all
            throw new BadSetting(setting, "has no member");
        }
        if (members.size() > LONGEST_LIST) {
            throw new BadSetting(setting, "must have at most " + LONGEST_LIST + " members");
        }
        return members.stream()
                .map(member -> matching(setting, member, pattern, form))
                .collect(Collectors.toUnmodifiableSet());
    }

    private Optional<String> raw(Setting setting) {
        return Optional.ofNullable(config.get(setting.key())).map(String::strip).filter(value -> !value.isEmpty());
    }

    private static String matching(Setting setting, String value, Pattern pattern, String form) {
        if (!pattern.matcher(value).matches()) {
            throw new BadSetting(setting, "must be " + form);
        }
        return value;
    }
}
