package io.github.keycloakmint.testbed;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Every secret and every token of this run, for the sweep that looks for them where they must not be. */
public final class Secrets {

    /** Shorter ones would be found in any log by accident. */
    private static final int SHORTEST = 12;

    private static final Set<String> KNOWN = ConcurrentHashMap.newKeySet();

    private Secrets() {}

    /** Returns its argument, so that a secret can be remembered where it is made. */
    public static String remember(String secret) {
        if (secret == null || secret.isBlank()) {
            return secret;
        }
        add(secret);
        String[] parts = secret.split("\\.");
        if (parts.length == 3 && secret.startsWith("ey")) {
            // A log line that was cut, or that shows only part of a token, must not hide a leak.
            add(parts[1]);
            add(parts[2]);
        }
        return secret;
    }

    public static Set<String> all() {
        return Set.copyOf(KNOWN);
    }

    private static void add(String secret) {
        if (secret.length() >= SHORTEST) {
            KNOWN.add(secret);
        }
    }
}
