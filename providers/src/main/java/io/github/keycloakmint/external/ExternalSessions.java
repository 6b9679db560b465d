package io.github.keycloakmint.external;

import io.github.keycloakmint.kernel.Attributes;
import io.github.keycloakmint.kernel.http.Refusal;
import io.github.keycloakmint.kernel.keycloak.Issuers;
import io.github.keycloakmint.kernel.keycloak.SessionTokens;
import java.util.Map;
import java.util.Optional;
import org.keycloak.models.ClientModel;
import org.keycloak.models.FederatedIdentityModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;

/**
 * Sessions of external users. A session remembers by which identity provider, and as whom, its user came in, and lives no
 * longer than both: whoever refreshes is asked again (T25).
 */
final class ExternalSessions {

    /** Keycloak's own names for the notes of a brokered session (AuthenticationManager, IdentityBrokerService). */
    private static final String PROVIDER = "identity_provider";

    private static final String FOREIGN_ID = "identity_provider_identity";

    private static final String GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer";
    private static final int MOST_SESSIONS = 10;

    private final KeycloakSession session;
    private final RealmModel realm;

    ExternalSessions(KeycloakSession session, RealmModel realm) {
        this.session = session;
        this.realm = realm;
    }

    /** A session that may be refreshed, whose client is still in play and whose provider still vouches for its user. */
    record Vouched(ClientModel client, SessionTokens tokens, SessionTokens.Live live, Trust trust, String foreignId) {}

    /** Starts a session; of those that the user has with the client, the oldest beyond the realm's limit are ended. */
    SessionTokens.Issued start(ClientModel client, UserModel user, ForeignToken token, String address) {
        refuseUnfinished(user);
        SessionTokens tokens = new SessionTokens(session, realm, client);
        tokens.keepNewest(user, mostSessions() - 1);
        return tokens.start(
                user,
                address,
                "external-jwt",
                GRANT,
                Map.of(PROVIDER, token.trust().alias(), FOREIGN_ID, token.foreignId()));
    }

    /** What an admin asked of the user has no page here; Keycloak's own grants refuse such a user as well. */
    private static void refuseUnfinished(UserModel user) {
        if (user.getRequiredActionsStream().findAny().isPresent()) {
            throw Refusal.of(ExternalError.ACTION_REQUIRED, "required_actions");
        }
    }

    private int mostSessions() {
        return new Attributes("realm '" + realm.getName() + "'", realm::getAttribute)
                .integer("mint.external.max-sessions", 1)
                .map(Long::intValue)
                .orElse(MOST_SESSIONS);
    }

    /** The session of a refresh token, where everything that let its user in still holds. */
    Optional<Vouched> vouched(String refreshToken) {
        return client(refreshToken).flatMap(client -> {
            SessionTokens tokens = new SessionTokens(session, realm, client);
            return tokens.live(refreshToken)
                    .filter(live -> live.user().isEnabled())
                    .flatMap(live -> vouched(client, tokens, live));
        });
    }

    private Optional<Vouched> vouched(ClientModel client, SessionTokens tokens, SessionTokens.Live live) {
        Optional<String> foreignId = live.note(FOREIGN_ID);
        return live.note(PROVIDER)
                .flatMap(new RealmTrusts(session)::byAlias)
                .filter(trust -> trust.clientId().equals(client.getClientId()))
                .filter(trust -> foreignId.isPresent() && linked(live.user(), trust, foreignId.get()))
                .map(trust -> new Vouched(client, tokens, live, trust, foreignId.orElseThrow()));
    }

    /** Ends the session of a refresh token, whatever became of its provider. */
    boolean end(String refreshToken) {
        return Issuers.authorizedParty(refreshToken)
                .flatMap(clientId -> Optional.ofNullable(realm.getClientByClientId(clientId)))
                .map(client -> new SessionTokens(session, realm, client).end(refreshToken))
                .orElse(false);
    }

    /** Which client a token says that it is for; it is verified by that client afterwards. */
    private Optional<ClientModel> client(String refreshToken) {
        return Issuers.authorizedParty(refreshToken)
                .flatMap(clientId -> new ExternalClients(session, realm).find(clientId, ExternalUsersFactory.ID));
    }

    private boolean linked(UserModel user, Trust trust, String foreignId) {
        return Optional.ofNullable(session.users().getFederatedIdentity(realm, user, trust.alias()))
                .map(FederatedIdentityModel::getUserId)
                .filter(foreignId::equals)
                .isPresent();
    }
}
