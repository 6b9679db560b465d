package io.github.keycloakmint.kernel.keycloak;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.SocketAddress;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.spi.CDI;
import jakarta.ws.rs.container.ContainerRequestContext;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jboss.resteasy.reactive.server.spi.ResteasyReactiveContainerRequestContext;
import org.keycloak.models.KeycloakSession;

/** The TCP connection below the request. */
public final class Connection {

    /** Milliseconds for a body to arrive in; what has arrived by then is the body. */
    private static final long BODY_MILLIS = 10_000;

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

    /**
     * Collects the request's body, up to {@code limit} bytes, without holding a thread, and hands it on as the entity
     * stream. The request waits meanwhile; a body that never ends is cut off in length and in time.
     */
    public static void collectBody(ContainerRequestContext request, int limit) {
        Instance<RoutingContext> contexts = CDI.current().select(RoutingContext.class);
        if (!contexts.isResolvable() || !(request instanceof ResteasyReactiveContainerRequestContext reactive)) {
            return;
        }
        // the request itself is taken out here: the injected context answers in this request's scope only
        RoutingContext routing = contexts.get();
        HttpServerRequest http = routing.request();
        if (http.isEnded()) {
            return;
        }
        new BodyCollector(routing.vertx(), http, reactive, limit).start(BODY_MILLIS);
    }

    /** Lets the request go on without its body, and whatever of it arrives go by. */
    public static void dropBody(ContainerRequestContext request) {
        Instance<RoutingContext> contexts = CDI.current().select(RoutingContext.class);
        if (!contexts.isResolvable()) {
            return;
        }
        HttpServerRequest http = contexts.get().request();
        request.setEntityStream(InputStream.nullInputStream());
        if (!http.isEnded()) {
            http.handler(dropped -> {});
            http.resume();
        }
    }

    private static final class BodyCollector {
        private final Vertx vertx;
        private final HttpServerRequest http;
        private final ResteasyReactiveContainerRequestContext request;
        private final int limit;
        private final Buffer body = Buffer.buffer();
        private final AtomicBoolean done = new AtomicBoolean();

        BodyCollector(Vertx vertx, HttpServerRequest http, ResteasyReactiveContainerRequestContext request, int limit) {
            this.vertx = vertx;
            this.http = http;
            this.request = request;
            this.limit = limit;
        }

        void start(long millis) {
            request.suspend();
            long timer = vertx.setTimer(millis, id -> cutOff());
            http.handler(this::take);
            http.endHandler(end -> {
                vertx.cancelTimer(timer);
                finish();
            });
            http.exceptionHandler(failure -> {
                vertx.cancelTimer(timer);
                finish();
            });
            if ("100-continue".equalsIgnoreCase(http.getHeader("Expect"))) {
                http.response().writeContinue();
            }
            http.resume();
        }

        /** Bytes past the limit are dropped: one more than is allowed is enough to refuse the whole. */
        private void take(Buffer chunk) {
            int room = limit - body.length();
            if (room > 0) {
                body.appendBuffer(chunk, 0, Math.min(room, chunk.length()));
            }
        }

        /** Time is up: whatever still comes is dropped, and holds nothing of this request. */
        private void cutOff() {
            if (!http.isEnded()) {
                http.handler(late -> {});
                http.endHandler(null);
                http.exceptionHandler(null);
            }
            finish();
        }

        private void finish() {
            if (done.compareAndSet(false, true)) {
                request.setEntityStream(new ByteArrayInputStream(body.getBytes()));
                request.resume();
            }
        }
    }
}
