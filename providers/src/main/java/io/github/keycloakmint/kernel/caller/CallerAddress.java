package io.github.keycloakmint.kernel.caller;

import io.github.keycloakmint.kernel.keycloak.Connection;
import java.util.List;
import java.util.Optional;
import org.keycloak.models.KeycloakSession;

/**
 * The one resolver of the caller's address, for limits, allow-lists and audit (T9). The connection's own peer counts,
 * unless it is a trusted proxy: then the one header that such proxies write is read from the right, past further trusted
 * proxies.
 *
 * <p>Keycloak's own resolution is not used: with {@code proxy-headers=xforwarded} it takes the leftmost value, which is
 * whatever the client wrote there.
 */
public final class CallerAddress {

    /** Hops looked at in one header, so that a long one costs nothing. */
    private static final int MOST_HOPS = 32;

    /** Whoever calls from nobody knows where: in no range of addresses, and one caller to every limit. */
    public static final String UNKNOWN = "unknown";

    private final AddressRanges trusted;
    private final ProxyHeader header;

    public CallerAddress(AddressRanges trusted, ProxyHeader header) {
        this.trusted = trusted;
        this.header = header;
    }

    public String of(KeycloakSession session) {
        List<String> forwarded =
                session.getContext().getHttpRequest().getHttpHeaders().getRequestHeader(header.field());
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

    String of(Optional<String> peer, List<String> forwarded) {
        String address = peer.flatMap(AddressRanges::canonical).orElse(UNKNOWN);
        if (!trusted.contains(address)) {
            return address;
        }
        for (Optional<String> hop : header.hops(forwarded, MOST_HOPS)) {
            if (hop.isEmpty()) {
                // no reason to believe what stands left of it, and none to take the caller for the proxy, which may be
                // where others may not (a zone id, a Unix socket, RFC 7239's words)
                return UNKNOWN;
            }
            address = hop.get();
            if (!trusted.contains(address)) {
                return address;
            }
        }
        return address;
    }
}
