package io.github.keycloakmint.access;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.text.MessageFormat;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.regex.Matcher;
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

    boolean knows(String key) {
        return messages.getProperty(key) != null;
    }

    /** The text of {@code key}; the key itself where a policy of somebody's own brings no text. */
    String of(String key, @Nullable Object @Nullable [] parameters) {
        List<Object> words = new ArrayList<>();
        if (parameters != null) {
            for (Object word : parameters) {
                words.add(word instanceof String text ? resolved(text) : word == null ? "" : word);
            }
        }
        String text = new MessageFormat(messages.getProperty(key, key), Locale.ENGLISH).format(words.toArray());
        return TAGS.matcher(text).replaceAll("");
    }

    /** Names of attributes come as {@code ${firstName}}. */
    private String resolved(String text) {
        return PLACEHOLDER
                .matcher(text)
                .replaceAll(found -> Matcher.quoteReplacement(messages.getProperty(found.group(1), found.group(1))));
    }
}
