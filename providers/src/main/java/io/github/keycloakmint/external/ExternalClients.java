package io.github.keycloakmint.external;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.github.keycloakmint.kernel.Attributes;
import io.github.keycloakmint.kernel.http.Refusal;
import io.github.keycloakmint.kernel.keycloak.ClientOrigins;
import io.github.keycloakmint.kernel.keycloak.OptedInClients;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;

/** The clients that tokens of external users are for. A client opts in (T8), and has to be narrow (T3). */
final class ExternalClients {

    private static final Logger LOG = Logger.getLogger(ExternalClients.class);

    /**
     * Keycloak keeps no list of a realm's providers, and a query a call is too many where only a page's origin or a cookie's
     * name is asked for. Whatever stands here is judged again by the provider itself before a token is issued.
     */
    private static final Cache<String, Set<Known>> KNOWN = Caffeine.newBuilder()
            .maximumSize(10_000)
            .expireAfterWrite(Duration.ofSeconds(2))
            .build();

    private record Known(String clientId, String cookieName) {}

    private final KeycloakSession session;
    private final RealmModel realm;
    private final RealmTrusts trusts;

    ExternalClients(KeycloakSession session, RealmModel realm) {
        this.session = session;
        this.realm = realm;
        this.trusts = new RealmTrusts(session);
    }

    /** The client of that name, where it has opted in to {@code capability} and may have its tokens. */
    Optional<ClientModel> find(String clientId, String capability) {
        return OptedInClients.find(realm, clientId, capability);
    }

    /** The client that {@code trust}'s tokens are for; a provider whose client is not in play lets nobody in. */
    ClientModel required(Trust trust) {
        return find(trust.clientId(), ExternalUsersFactory.ID)
                .filter(client -> accepts(client, trust))
                .orElseThrow(() -> Refusal.of(ExternalError.MISSING_KEYS, "client_not_opted_in"));
    }

    /** Who manages a client may say whose users it takes; who manages identity providers alone can't widen that. */
    static boolean accepts(ClientModel client, Trust trust) {
        return listed(client, "mint.external.providers", names -> names.isEmpty() || names.contains(trust.alias()));
    }

    /** Whether the list in an attribute fits; a list that can't be read doesn't, and is logged. */
    static boolean listed(ClientModel client, String attribute, Predicate<Set<String>> fits) {
        try {
            return fits.test(
                    new Attributes("client '" + client.getClientId() + "'", client::getAttribute).set(attribute));
        } catch (Attributes.BadAttribute e) {
            LOG.error(e.getMessage());
            return false;
        }
    }

    /** Origins of every client that external users' tokens are for. */
    Set<String> origins() {
        return known().stream()
                .flatMap(known -> find(known.clientId(), ExternalUsersFactory.ID).stream())
                .flatMap(client -> ClientOrigins.exact(session, client).stream())
                .collect(Collectors.toUnmodifiableSet());
    }

    /** Every name that a refresh cookie may have. */
    Set<String> cookieNames() {
        return known().stream().map(Known::cookieName).collect(Collectors.toUnmodifiableSet());
    }

    private Set<Known> known() {
        @Nullable Set<Known> known = KNOWN.getIfPresent(realm.getId());
        if (known == null) {
            // not by a loader: it would hold the cache's lock while the database is asked
            known = trusts.all().stream()
                    .map(trust -> new Known(trust.clientId(), trust.cookieName()))
                    .collect(Collectors.toUnmodifiableSet());
            KNOWN.put(realm.getId(), known);
        }
        return known;
    }
}
