package io.github.keycloakmint.kernel.keycloak;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.keycloak.common.util.MultiSiteUtils;
import org.keycloak.connections.jpa.JpaConnectionProvider;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.UserSessionModel;
import org.keycloak.services.managers.AuthenticationManager;

/** How many sessions a user may have with a client. Keycloak's own limit is an authenticator, for flows that have one. */
final class SessionLimit {

    /** Sessions that one call ends at the most. */
    private static final int MOST_ENDED = 100;

    /** Users whose sessions are being ended on this node; at most one for each request that runs. */
    private static final Set<String> ENDING = ConcurrentHashMap.newKeySet();

    private final KeycloakSession session;
    private final RealmModel realm;
    private final ClientModel client;

    SessionLimit(KeycloakSession session, RealmModel realm, ClientModel client) {
        this.session = session;
        this.realm = realm;
        this.client = client;
    }

    /**
     * Ends all but the {@code most} newest of a user's sessions with the client, {@code besides} left alone. In a transaction
     * of its own, and by one call a node at a time: calls that end the same sessions at once wait for each other's rows in
     * different orders, which the database breaks off as a deadlock.
     */
    void keepNewest(UserModel user, int most, String besides) {
        List<String> ended = superfluous(user, most)
                .filter(id -> !id.equals(besides))
                .limit(MOST_ENDED)
                .toList();
        String key = realm.getId() + '|' + client.getId() + '|' + user.getId();
        if (ended.isEmpty() || !ENDING.add(key)) {
            return; // what another call leaves, the next one sees
        }
        try {
            FreshTransaction.insist(() -> FreshTransaction.run(session, fresh -> end(fresh, ended)));
        } finally {
            ENDING.remove(key);
        }
    }

    private static int end(KeycloakSession session, List<String> ids) {
        RealmModel realm = session.getContext().getRealm();
        ids.stream()
                .flatMap(id -> Optional.ofNullable(session.sessions().getUserSession(realm, id)).stream())
                .forEach(found -> AuthenticationManager.backchannelLogout(session, found, false));
        return ids.size();
    }

    /** Sessions beyond the {@code most} newest. Asked by id where the database has them: most users have none too many. */
    private Stream<String> superfluous(UserModel user, int most) {
        if (!MultiSiteUtils.isPersistentSessionsEnabled()) {
            return session.sessions()
                    .getUserSessionsStream(realm, user)
                    .filter(found -> found.getAuthenticatedClientSessionByClient(client.getId()) != null)
                    .sorted(Comparator.comparingInt(UserSessionModel::getStarted)
                            .reversed())
                    .skip(most)
                    .map(UserSessionModel::getId);
        }
        return session
                .getProvider(JpaConnectionProvider.class)
                .getEntityManager()
                .createQuery(
                        "select u.userSessionId from PersistentUserSessionEntity u where u.realmId = :realm"
                                + " and u.userId = :user and u.offline = '0' and exists (select 1 from"
                                + " PersistentClientSessionEntity c where c.userSessionId = u.userSessionId"
                                + " and c.offline = '0' and c.clientId = :client) order by u.createdOn desc",
                        String.class)
                .setParameter("realm", realm.getId())
                .setParameter("user", user.getId())
                .setParameter("client", client.getId())
                .setFirstResult(most)
                .setMaxResults(MOST_ENDED)
                .getResultList()
                .stream();
    }
}
