package io.github.keycloakmint.kernel.http;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A cookie that scripts can't read and that goes over TLS alone (RFC 6265).
 *
 * @param name a token of RFC 6265 section 4.1.1
 * @param value made by the server: nothing in it needs quoting
 * @param path that it comes back to
 * @param maxAge seconds; 0 deletes it
 * @param sameSite {@code None} for pages of other sites, {@code Lax} or {@code Strict}
 */
public record Cookie(String name, String value, String path, long maxAge, String sameSite) {

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9!#$%&'*+.^_`|~-]{1,128}");
    private static final Pattern VALUE = Pattern.compile("[\\x21\\x23-\\x2B\\x2D-\\x3A\\x3C-\\x5B\\x5D-\\x7E]*");
    private static final Pattern PATH = Pattern.compile("/[\\x21-\\x3A\\x3C-\\x7E]*");

    public Cookie {
        if (!isName(name)
                || !VALUE.matcher(value).matches()
                || !PATH.matcher(path).matches()) {
            throw new IllegalArgumentException("not a cookie");
        }
    }

    /** True for what may be a cookie's name. */
    public static boolean isName(String name) {
        return NAME.matcher(name).matches();
    }

    /** The value of {@code Set-Cookie}. */
    String header() {
        return name + '=' + value + "; Path=" + path + "; Max-Age=" + maxAge + "; HttpOnly; Secure; SameSite="
                + sameSite;
    }

    /** Every value of a cookie in the values of {@code Cookie} headers. */
    public static List<String> values(List<String> headers, String name) {
        List<String> values = new ArrayList<>();
        for (String header : headers) {
            for (String pair : header.split(";", -1)) {
                String trimmed = pair.trim();
                if (trimmed.startsWith(name + '=')) {
                    values.add(trimmed.substring(name.length() + 1));
                }
            }
        }
        return List.copyOf(values);
    }
}
