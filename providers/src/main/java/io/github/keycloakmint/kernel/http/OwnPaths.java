package io.github.keycloakmint.kernel.http;

import java.util.Set;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.regex.Pattern;

/** The paths whose requests are the bundle's to read, before any realm or session is known. */
public final class OwnPaths {

    private static final Set<Pattern> PATTERNS = new CopyOnWriteArraySet<>(Set.of(
            Pattern.compile("/?(realms/[^/]+/(api|auth|\\.well-known/jwks\\.json)|admin/realms/[^/]+/mint)(/.*)?")));

    private OwnPaths() {}

    /** Adds paths that a capability answers outside of realms; called at start only. */
    public static void add(Pattern paths) {
        PATTERNS.add(paths);
    }

    static boolean contains(String path) {
        return PATTERNS.stream().anyMatch(pattern -> pattern.matcher(path).matches());
    }
}
