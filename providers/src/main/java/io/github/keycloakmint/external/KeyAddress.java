package io.github.keycloakmint.external;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.regex.Pattern;

/** The form of a JWKS URL. Where its name leads is looked at when it is fetched, each time (T24). */
final class KeyAddress {

    /** Names and literals of this machine; not resolved here, so that saving asks no name server. */
    private static final Pattern LOOPBACK = Pattern.compile("localhost|127(\\.\\d{1,3}){3}|\\[::1]");

    private KeyAddress() {}

    static String checked(String text) {
        URI uri = parsed(text);
        String host = uri.getHost();
        if (host == null || uri.getRawUserInfo() != null || uri.getRawFragment() != null) {
            throw new BadSetting(
                    Setting.JWKS_URL, "must be an address with a host, without a user name, a password or a fragment");
        }
        String scheme = uri.getScheme().toLowerCase(Locale.ROOT);
        boolean local = LOOPBACK.matcher(host.toLowerCase(Locale.ROOT)).matches();
        if (!scheme.equals("https") && !(scheme.equals("http") && local)) {
            throw new BadSetting(Setting.JWKS_URL, "must begin with https:// (http:// for this machine alone)");
        }
        return text;
    }

    private static URI parsed(String text) {
        try {
            URI uri = new URI(text);
            if (uri.getScheme() != null) {
                return uri;
            }
        } catch (URISyntaxException e) {
            throw new BadSetting(Setting.JWKS_URL, "must be an address that begins with https://");
        }
        throw new BadSetting(Setting.JWKS_URL, "must be an address that begins with https://");
    }
}
