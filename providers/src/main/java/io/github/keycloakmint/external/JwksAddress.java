package io.github.keycloakmint.external;

import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Optional;
import org.keycloak.common.util.Environment;

/**
 * A URL that keys may be fetched from: https to the internet; in development mode, loopback too, and http to it (T24).
 *
 * @param uri as it was configured
 * @param local whether loopback will do, since the server runs in development mode
 */
record JwksAddress(URI uri, boolean local) {

    private static final int LONGEST = 2048;

    /** Keycloak's own notion of {@code start-dev}. */
    static boolean development() {
        return Environment.isDevMode();
    }

    /** What is wrong with {@code url}, in words for an admin; empty when it will do. */
    static Optional<String> check(String url) {
        try {
            of(url, development());
            return Optional.empty();
        } catch (BadKey e) {
            return Optional.ofNullable(e.getMessage());
        }
    }

    /** @throws BadKey with words for an admin */
    static JwksAddress of(String url, boolean development) {
        URI uri = parse(url);
        String scheme = Optional.ofNullable(uri.getScheme()).orElse("").toLowerCase(Locale.ROOT);
        if (!scheme.equals("https") && !(development && scheme.equals("http"))) {
            throw new BadKey("The URL must begin with https://");
        }
        if (uri.getHost() == null || uri.getHost().isEmpty() || uri.getPort() == 0 || uri.getPort() > 65535) {
            throw new BadKey("The URL must name a host");
        }
        if (uri.getRawUserInfo() != null || uri.getRawFragment() != null) {
            throw new BadKey("The URL must have neither a user's name nor a fragment");
        }
        return new JwksAddress(uri, development);
    }

    private static URI parse(String url) {
        try {
            if (url.length() <= LONGEST) {
                return new URI(url);
            }
        } catch (URISyntaxException e) {
            throw new BadKey("This is no URL"); // the parser's words repeat it
        }
        throw new BadKey("The URL must have at most 2048 characters");
    }

    /** True where a connection to {@code address}, which the URL's host has, may be made. */
    boolean allows(InetAddress address) {
        if (local && address.isLoopbackAddress()) {
            return true;
        }
        // http is for loopback alone: elsewhere anybody on the way could put his own keys in
        return "https".equalsIgnoreCase(uri.getScheme()) && PublicAddresses.contains(address);
    }
}
