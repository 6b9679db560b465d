package io.github.keycloakmint.kernel.http;

import java.util.Set;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.regex.Pattern;

/** The paths whose requests are the bundle's to read, before any realm or session is known. */
public final class OwnPaths {

    private static final Set<Pattern> PATTERNS = new CopyOnWriteArraySet<>(Set.of(
            Pattern.compile("/?(realms/[^/]+/(api|auth|\\.well-known/jwks\\.json)|admin/realms/[^/]+/mint)(/.*)?")));

    private static final Set<Pattern> BODILESS = new CopyOnWriteArraySet<>();

    private OwnPaths() {}

    /** Adds paths that a capability answers outside of realms; called at start only. */
    public static void add(Pattern paths) {
        PATTERNS.add(paths);
    }

    /** Names own paths whose requests' bodies nobody reads, such as calls about other calls; called at start only. */
    public static void ignoreBodies(Pattern paths) {
        BODILESS.add(paths);
    }

    static boolean bodiless(String path) {
        return BODILESS.stream().anyMatch(pattern -> pattern.matcher(path).matches());
    }

    static boolean contains(String path) {
        return PATTERNS.stream().anyMatch(pattern -> pattern.matcher(path).matches());
    }
}
