package io.github.keycloakmint.kernel.keycloak;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.github.keycloakmint.kernel.Complaints;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import org.keycloak.connections.jpa.JpaConnectionProvider;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;

/**
 * A realm's clients that have opted in to something (T8). All of them are asked for by calls that name none, a browser's
 * preflight: Keycloak has no index of attributes' parts, so what one query finds is kept for two seconds.
 */
public final class OptedInClients {

    private static final String CAPABILITIES = "mint.capabilities";
    /** More clients than that with an attribute of the bundle is a mistake, or somebody's attack. */
    private static final int MOST = 1_000;

    private static final Cache<String, List<String>> IDS = Caffeine.newBuilder()
            .maximumSize(10_000)
            .expireAfterWrite(Duration.ofSeconds(2))
            .build();

    private static final Logger LOG = Logger.getLogger(OptedInClients.class);

    private OptedInClients() {}

    /**
     * The client of that name, where it has opted in to {@code capability} and may have tokens of it: enabled, narrow (T3),
     * none of Keycloak's own, none that only takes tokens. Whatever it lacks, it is as unknown (T8).
     */
    public static Optional<ClientModel> find(RealmModel realm, String clientId, String capability) {
        return Optional.ofNullable(realm.getClientByClientId(clientId))
                .filter(ClientModel::isEnabled)
                .filter(client -> !client.isBearerOnly())
                .filter(client -> !ReservedClients.contains(client.getClientId()))
                .filter(client -> names(client, capability))
                .filter(OptedInClients::narrow);
    }

    /** Origins of every client that has opted in to {@code capability}: whose pages a preflight lets call. {@code *} may be among them. */
    public static Set<String> origins(KeycloakSession session, RealmModel realm, String capability) {
        return of(session, realm, capability)
                .flatMap(client -> ClientOrigins.of(session, client).stream())
                .collect(Collectors.toUnmodifiableSet());
    }

    private static boolean narrow(ClientModel client) {
        Optional<String> objection = NarrowClient.objection(client);
        objection.ifPresent(reason -> Complaints.error(
                LOG,
                client.getRealm().getId(),
                "Client '" + client.getClientId() + "' gets no tokens of the bundle: " + reason));
        return objection.isEmpty();
    }

    /** Enabled ones that name {@code capability}; Keycloak's own are never among them. */
    public static Stream<ClientModel> of(KeycloakSession session, RealmModel realm, String capability) {
        return ids(session, realm.getId()).stream()
                .flatMap(id -> Optional.ofNullable(realm.getClientById(id)).stream())
                .filter(ClientModel::isEnabled)
                .filter(client -> !ReservedClients.contains(client.getClientId()))
                .filter(client -> names(client, capability));
    }

    /** Whether {@code client}'s admin lists {@code capability}. */
    public static boolean names(ClientModel client, String capability) {
        return Optional.ofNullable(client.getAttribute(CAPABILITIES)).stream()
                .flatMap(value -> Arrays.stream(value.split(",", -1)))
                .anyMatch(named -> named.trim().equals(capability));
    }

    private static List<String> ids(KeycloakSession session, String realmId) {
        List<String> known = IDS.getIfPresent(realmId);
        if (known == null) {
            // no query in the cache's loader, where others would wait under its lock; and in a transaction of its own,
            // so
            // that the request holds no connection when its own work needs one
            known = FreshTransaction.run(session, fresh -> query(fresh, realmId));
            IDS.put(realmId, known);
        }
        return known;
    }

    private static List<String> query(KeycloakSession session, String realmId) {
        return session.getProvider(JpaConnectionProvider.class)
                .getEntityManager()
                .createQuery(
                        "select c.id from ClientEntity c join c.attributes a where c.realmId = :realm and a.name = :name",
                        String.class)
                .setParameter("realm", realmId)
                .setParameter("name", CAPABILITIES)
                .setMaxResults(MOST)
                .getResultList();
    }
}
