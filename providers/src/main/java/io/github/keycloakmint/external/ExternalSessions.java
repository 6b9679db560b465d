package io.github.keycloakmint.external;

import io.github.keycloakmint.kernel.Attributes;
import io.github.keycloakmint.kernel.keycloak.Issuers;
import io.github.keycloakmint.kernel.keycloak.SessionTokens;
import io.github.keycloakmint.kernel.keycloak.Voucher;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;

/** Sessions of external users. */
final class ExternalSessions {

    private static final Logger LOG = Logger.getLogger(ExternalSessions.class);

    private static final String GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer";
    private static final String MOST_SESSIONS = "mint.external.max-sessions";
    private static final int SHIPPED_MOST_SESSIONS = 10;
    private static final long LARGEST_MOST_SESSIONS = 1_000;

    private final KeycloakSession session;
    private final RealmModel realm;

    ExternalSessions(KeycloakSession session, RealmModel realm) {
        this.session = session;
        this.realm = realm;
    }

    /** A session that may be refreshed, whose client is still in play and whose provider still vouches for its user. */
    record Vouched(ClientModel client, SessionTokens tokens, SessionTokens.Live live, Trust trust, String foreignId) {}

    SessionTokens.Issued start(ClientModel client, UserModel user, ForeignToken token, String address) {
        return new SessionTokens(session, realm, client)
                .start(
                        user,
                        address,
                        "external-jwt",
                        GRANT,
                        new Voucher(token.trust().alias(), token.foreignId()),
                        mostSessions());
    }

    /** A value that doesn't fit must lock nobody out, since the user is written by now: the shipped one holds, and is logged. */
    private int mostSessions() {
        try {
            return new Attributes("realm '" + realm.getName() + "'", realm::getAttribute)
                    .integer(MOST_SESSIONS, 1)
                    .map(most -> (int) Math.min(most, LARGEST_MOST_SESSIONS))
                    .orElse(SHIPPED_MOST_SESSIONS);
        } catch (Attributes.BadAttribute e) {
            LOG.error(e.getMessage());
            return SHIPPED_MOST_SESSIONS;
        }
    }

    /** The session of a refresh token, where everything that let its user in still holds. */
    Optional<Vouched> vouched(String refreshToken) {
        return client(refreshToken)
                .filter(client -> ProfileAttributes.guarded(session, realm))
                .flatMap(client -> {
                    SessionTokens tokens = new SessionTokens(session, realm, client);
                    return tokens.live(refreshToken).flatMap(live -> vouched(client, tokens, live));
                });
    }

    private Optional<Vouched> vouched(ClientModel client, SessionTokens tokens, SessionTokens.Live live) {
        return live.voucher()
                .filter(voucher -> voucher.holds(session, realm, live.user()))
                .flatMap(voucher -> new RealmTrusts(session)
                        .byAlias(voucher.provider())
                        .filter(trust -> trust.clientId().equals(client.getClientId()))
                        .map(trust -> new Vouched(client, tokens, live, trust, voucher.foreignId())));
    }

    /** Which client a token says that it is for; it is verified by that client afterwards. */
    private Optional<ClientModel> client(String refreshToken) {
        return Issuers.authorizedParty(refreshToken)
                .flatMap(clientId -> new ExternalClients(session, realm).find(clientId, ExternalUsersFactory.ID));
    }
}
