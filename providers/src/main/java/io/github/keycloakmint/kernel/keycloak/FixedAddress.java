package io.github.keycloakmint.kernel.keycloak;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import jakarta.ws.rs.core.UriBuilder;
import jakarta.ws.rs.core.UriInfo;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.time.Duration;
import org.jboss.logging.Logger;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.urls.HostnameProvider;
import org.keycloak.urls.UrlType;

/**
 * Whether links into this server are the same for every caller. Where they are made from the request's {@code Host} header,
 * a stranger decides where a link in somebody else's mail leads, and no such mail may leave (T16).
 */
public final class FixedAddress {

    private static final Logger LOG = Logger.getLogger(FixedAddress.class);

    private static final URI PROBE = URI.create("https://host-header.invalid/");

    /** Said once a minute, not at each request. */
    private static final Cache<String, Boolean> COMPLAINTS = Caffeine.newBuilder()
            .maximumSize(1_000)
            .expireAfterWrite(Duration.ofMinutes(1))
            .build();

    private FixedAddress() {}

    /** True where the server's hostname is set, or the frontend URL of the context's realm. */
    public static boolean known(KeycloakSession session) {
        RealmModel realm = session.getContext().getRealm();
        boolean known = !PROBE.getHost()
                .equals(session.getProvider(HostnameProvider.class).getHostname(called(), UrlType.FRONTEND));
        if (!known && COMPLAINTS.asMap().putIfAbsent(realm.getId(), true) == null) {
            LOG.errorf(
                    "Realm '%s' sends no mails for the bundle: neither --hostname nor the realm's frontend URL is set",
                    realm.getName());
        }
        return known;
    }

    /** A request under a name that nobody has. */
    private static UriInfo called() {
        return (UriInfo) Proxy.newProxyInstance(
                FixedAddress.class.getClassLoader(), new Class<?>[] {UriInfo.class}, (proxy, method, arguments) -> {
                    return switch (method.getName()) {
                        case "getBaseUri" -> PROBE;
                        case "getBaseUriBuilder" -> UriBuilder.fromUri(PROBE);
                        default -> throw new UnsupportedOperationException(method.getName());
                    };
                });
    }
}
