package io.github.keycloakmint.access;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.text.MessageFormat;
import java.util.Locale;
import java.util.Properties;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.theme.Theme;

/**
 * Keycloak's own words for what is wrong with somebody's input, in English, as the realm's pages would say it. They name
 * rules and bounds, never what was given.
 */
final class KeycloakText {

    private static final Pattern TAGS = Pattern.compile("<[^>]*>");
    private static final Pattern PLACEHOLDER = Pattern.compile("\\$\\{([^}]*)}");

    private final Properties messages;

    KeycloakText(KeycloakSession session, RealmModel realm) {
        try {
            this.messages = session.theme().getTheme(Theme.Type.LOGIN).getEnhancedMessages(realm, Locale.ENGLISH);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The text of {@code key}; the key itself where a policy of somebody's own brings no text. */
    String of(String key, @Nullable Object @Nullable ... parameters) {
        String pattern = messages.getProperty(key, key);
        Object[] words = parameters == null ? new Object[0] : parameters.clone();
        for (int i = 0; i < words.length; i++) {
            words[i] = words[i] instanceof String text ? resolved(text) : words[i];
        }
        return TAGS.matcher(new MessageFormat(pattern, Locale.ENGLISH).format(words))
                .replaceAll("");
    }

    /** Names of attributes come as {@code ${firstName}}. */
    private String resolved(String text) {
        return PLACEHOLDER
                .matcher(text)
                .replaceAll(found -> java.util.regex.Matcher.quoteReplacement(
                        messages.getProperty(found.group(1), found.group(1))));
    }
}
