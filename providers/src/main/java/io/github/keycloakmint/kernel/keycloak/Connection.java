package io.github.keycloakmint.kernel.keycloak;

import io.vertx.core.net.SocketAddress;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.spi.CDI;
import java.util.Optional;
import org.keycloak.models.KeycloakSession;

/** The TCP connection below the request. */
public final class Connection {

    private Connection() {}

    /**
     * The address of the peer that holds the connection, whatever headers say: with {@code proxy-headers} set, Keycloak's
     * own {@code ClientConnection} answers with the leftmost forwarded address, which the client chose.
     */
    public static Optional<String> peer(KeycloakSession session) {
        Instance<RoutingContext> contexts = CDI.current().select(RoutingContext.class);
        if (contexts.isResolvable()) {
            return Optional.ofNullable(contexts.get().request().connection())
                    .map(connection -> connection.remoteAddress())
                    .map(SocketAddress::hostAddress);
        }
        return Optional.ofNullable(session.getContext().getConnection().getRemoteAddr());
    }
}
