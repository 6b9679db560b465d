package io.github.keycloakmint.kernel.caller;

import java.util.List;
import java.util.Optional;

/**
 * The header in which trusted proxies say whom they saw. One alone is ever read: a proxy that writes the one hands on the
 * other as it came, from anybody.
 */
public enum ProxyHeader {
    X_FORWARDED_FOR("X-Forwarded-For") {
        @Override
        List<Optional<String>> hops(List<String> lines, int most) {
            return ForwardedFor.hops(lines, most);
        }
    },
    /** RFC 7239. */
    FORWARDED("Forwarded") {
        @Override
        List<Optional<String>> hops(List<String> lines, int most) {
            return Forwarded.hops(lines, most);
        }
    };

    private final String field;

    ProxyHeader(String field) {
        this.field = field;
    }

    String field() {
        return field;
    }

    /** Addresses that proxies saw, the last one first, {@code most} at the most; empty for one that can't be read. */
    abstract List<Optional<String>> hops(List<String> lines, int most);
}
