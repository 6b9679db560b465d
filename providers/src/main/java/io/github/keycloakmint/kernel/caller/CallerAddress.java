package io.github.keycloakmint.kernel.caller;

import io.github.keycloakmint.kernel.keycloak.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.keycloak.models.KeycloakSession;

/**
 * The one resolver of the caller's address, for limits, allow-lists and audit (T9). The connection's own peer counts,
 * unless it is a trusted proxy: then {@code X-Forwarded-For} is read from the right, past further trusted proxies.
 *
 * <p>Keycloak's own resolution is not used: with {@code proxy-headers=xforwarded} it takes the leftmost value, which is
 * whatever the client wrote there.
 */
public final class CallerAddress {

    /** Hops looked at in one header, so that a long one costs nothing. */
    private static final int MOST_HOPS = 32;

    /** Whoever calls from nobody knows where: in no range of addresses, and one caller to every limit. */
    public static final String UNKNOWN = "unknown";

    private static final Pattern BRACKETED = Pattern.compile("\\[([^\\[\\]]*)](:\\d{1,5})?");
    private static final Pattern V4_WITH_PORT = Pattern.compile("([0-9.]+):\\d{1,5}");

    private final AddressRanges trusted;

    public CallerAddress(AddressRanges trusted) {
        this.trusted = trusted;
    }

    public String of(KeycloakSession session) {
        List<String> forwarded =
                session.getContext().getHttpRequest().getHttpHeaders().getRequestHeader("X-Forwarded-For");
        return of(Connection.peer(session), forwarded == null ? List.of() : forwarded);
    }

    /** True where the connection's own peer is a trusted proxy: what it says of the call that it asks about is believed. */
    public boolean fromProxy(KeycloakSession session) {
        return !trusted.isEmpty()
                && Connection.peer(session)
                        .flatMap(AddressRanges::canonical)
                        .filter(trusted::contains)
                        .isPresent();
    }

    String of(Optional<String> peer, List<String> forwardedFor) {
        String address = peer.flatMap(AddressRanges::canonical).orElse(UNKNOWN);
        List<String> hops = new ArrayList<>();
        forwardedFor.forEach(line -> hops.addAll(List.of(line.split(",", -1))));
        int last = Math.max(0, hops.size() - MOST_HOPS);
        for (int i = hops.size() - 1; i >= last && trusted.contains(address); i--) {
            Optional<String> hop =
                    AddressRanges.canonical(withoutPort(hops.get(i).trim()));
            if (hop.isEmpty()) {
                // no reason to believe what stands left of it, and none to take the caller for the proxy, which may be
                // where others may not (a zone id, a Unix socket, RFC 7239's words)
                return UNKNOWN;
            }
            address = hop.get();
        }
        return address;
    }

    private static String withoutPort(String hop) {
        return Stream.of(BRACKETED, V4_WITH_PORT)
                .map(form -> form.matcher(hop))
                .filter(Matcher::matches)
                .map(matcher -> matcher.group(1))
                .findFirst()
                .orElse(hop);
    }
}
