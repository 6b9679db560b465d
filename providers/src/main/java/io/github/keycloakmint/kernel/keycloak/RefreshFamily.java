package io.github.keycloakmint.kernel.keycloak;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.keycloak.common.Profile;
import org.keycloak.common.util.SecretGenerator;
import org.keycloak.models.AuthenticatedClientSessionModel;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.SingleUseObjectProvider;
import org.keycloak.models.UserSessionModel;

/**
 * All refresh tokens of one client's session. What is said of them here is known to all nodes at once, and holds whatever
 * becomes of the request's own transaction; what has to outlive a restart is in {@link RefreshRecord}.
 */
final class RefreshFamily {

    static final String NOTE = "mint.refresh.family";

    /**
     * Seconds in which a refresh is done, or has failed: until then it is the claim that keeps others off, afterwards the
     * record. Longer than Keycloak gives its own lock (AbstractRefreshTokenProvider).
     */
    private static final long CLAIM_SECONDS = 120;

    /** How long an ended family is known by its mark as well: the session's end is what lasts. */
    private static final long ENDED_SECONDS = 24 * 60 * 60;

    private final KeycloakSession session;
    private final ClientModel client;
    private final String sessionId;
    private final String family;
    private final boolean offline;
    private final String key;

    RefreshFamily(
            KeycloakSession session,
            RealmModel realm,
            ClientModel client,
            String sessionId,
            RefreshPlace place,
            boolean offline) {
        this.session = session;
        this.client = client;
        this.sessionId = sessionId;
        this.family = place.family();
        this.offline = offline;
        // T10; a token that says no family has its chain in the place of one
        this.key = String.join(
                ":",
                realm.getId(),
                "mint-refresh",
                sessionId,
                client.getId(),
                family.isEmpty() ? place.chain() : family);
    }

    /** The family of a client's session, begun where it has none. */
    static String begin(AuthenticatedClientSessionModel clientSession) {
        @Nullable String begun = clientSession.getNote(NOTE);
        if (begun != null) {
            return begun;
        }
        String family = SecretGenerator.getInstance().generateSecureID();
        clientSession.setNote(NOTE, family);
        return family;
    }

    /** False for a token of an earlier session under the same id, which Keycloak takes for a second longer. */
    boolean owns(Map<String, String> notes) {
        return family.isEmpty() || family.equals(notes.get(NOTE));
    }

    /** True for exactly one of all who refresh with a token at the same time. */
    boolean claim(String tokenId) {
        return marks(marks -> marks.putIfAbsent(claimKey(tokenId), CLAIM_SECONDS));
    }

    /** Gives a claim back whose refresh came to nothing: the client may try again. */
    void release(String tokenId) {
        boolean removed = marks(marks -> marks.remove(claimKey(tokenId)) != null);
    }

    /** True where the chain's newest token comes after {@code place}, or nobody can say any more. */
    boolean remembersAfter(RefreshPlace place) {
        return FreshTransaction.run(session, fresh -> clientSession(fresh, offline)
                .map(found -> RefreshRecord.find(StoredNotes.of(fresh, found), place.chain())
                        .filter(record -> record.generation() > place.generation())
                        .isPresent())
                .orElse(true));
    }

    boolean ended() {
        return marks(marks -> marks.contains(endedKey()));
    }

    /**
     * Ends the client's session. The mark comes first, so that who commits a refresh meanwhile sees it afterwards and ends
     * the session once more. One call does it: many that remove the same rows would get in each other's way.
     */
    void end() {
        if (!marks(marks -> marks.putIfAbsent(endedKey(), ENDED_SECONDS))) {
            return;
        }
        try {
            endAgain();
        } catch (RuntimeException e) {
            // the next one who comes with a used token tries again
            boolean removed = marks(marks -> marks.remove(endedKey()) != null);
            throw e;
        }
    }

    /** In a transaction of its own: the answer to a reused token is a refusal, and refusals may be rolled back. */
    void endAgain() {
        boolean found = FreshTransaction.insist(() -> FreshTransaction.run(session, this::detach));
    }

    /** An offline session's access tokens live on with the online session of the same id, so that ends as well. */
    private boolean detach(KeycloakSession fresh) {
        List<AuthenticatedClientSessionModel> ending = Stream.of(false, offline)
                .distinct()
                .flatMap(kind -> clientSession(fresh, kind).stream())
                .filter(clientSession -> offline || owns(clientSession.getNotes()))
                .toList();
        ending.forEach(AuthenticatedClientSessionModel::detachFromUserSession);
        return !ending.isEmpty();
    }

    private Optional<AuthenticatedClientSessionModel> clientSession(KeycloakSession fresh, boolean kind) {
        RealmModel realm = fresh.getContext().getRealm();
        @Nullable
        UserSessionModel found = kind
                ? fresh.sessions().getOfflineUserSession(realm, sessionId)
                : fresh.sessions().getUserSession(realm, sessionId);
        return Optional.ofNullable(found)
                .map(userSession -> userSession.getAuthenticatedClientSessionByClient(client.getId()));
    }

    /**
     * Marks count at once, in or out of a transaction; but with the feature {@code stateless} Keycloak keeps them in the
     * database (JpaSingleUseObjectProvider), where a transaction of its own makes them count.
     */
    private <T> T marks(Function<SingleUseObjectProvider, T> work) {
        return Profile.isFeatureEnabled(Profile.Feature.STATELESS)
                ? FreshTransaction.insist(
                        () -> FreshTransaction.run(session, fresh -> work.apply(fresh.singleUseObjects())))
                : work.apply(session.singleUseObjects());
    }

    private String claimKey(String tokenId) {
        return key + ":used:" + tokenId;
    }

    private String endedKey() {
        return key + ":ended";
    }
}
