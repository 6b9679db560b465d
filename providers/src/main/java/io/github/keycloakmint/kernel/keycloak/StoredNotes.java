package io.github.keycloakmint.kernel.keycloak;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;
import org.keycloak.common.util.MultiSiteUtils;
import org.keycloak.connections.jpa.JpaConnectionProvider;
import org.keycloak.models.AuthenticatedClientSessionModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.UserSessionModel;
import org.keycloak.models.jpa.session.PersistentClientSessionEntity;
import org.keycloak.util.JsonSerialization;

/**
 * The notes of a client's session as the database has them: one row, by its key. What a node has in its cache may be what was
 * true before another node wrote, and a refresh token is judged by what is true.
 */
final class StoredNotes {

    private StoredNotes() {}

    /** Without persistent sessions the cache is all there is; so it is for clients of a client storage provider. */
    static Map<String, String> of(KeycloakSession session, AuthenticatedClientSessionModel clientSession) {
        UserSessionModel userSession = clientSession.getUserSession();
        if (!userSession.isOffline() && !MultiSiteUtils.isPersistentSessionsEnabled()) {
            return clientSession.getNotes();
        }
        // a column and no entity: the request may have read that earlier, and JPA would not read it again
        return session.getProvider(JpaConnectionProvider.class)
                .getEntityManager()
                .createQuery(
                        "select c.data from PersistentClientSessionEntity c where c.userSessionId = :session"
                                + " and c.clientId = :client and c.clientStorageProvider = :local"
                                + " and c.externalClientId = :local and c.offline = :offline",
                        String.class)
                .setParameter("session", userSession.getId())
                .setParameter("client", clientSession.getClient().getId())
                .setParameter("local", PersistentClientSessionEntity.LOCAL)
                .setParameter("offline", userSession.isOffline() ? "1" : "0")
                .getResultStream()
                .findFirst()
                .map(StoredNotes::notes)
                // begun a moment ago, and not written yet
                .orElseGet(clientSession::getNotes);
    }

    private static Map<String, String> notes(String data) {
        try {
            Map<String, String> notes = new HashMap<>();
            JsonNode stored = JsonSerialization.mapper.readTree(data).path("notes");
            stored.properties()
                    .forEach(note -> notes.put(note.getKey(), note.getValue().asText()));
            return notes;
        } catch (IOException e) {
            throw new UncheckedIOException("Keycloak's own record of a client session can't be read", e);
        }
    }
}
