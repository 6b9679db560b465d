package io.github.keycloakmint.kernel.keycloak;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.keycloak.OAuthErrorException;
import org.keycloak.common.util.Time;
import org.keycloak.models.AbstractKeycloakTransaction;
import org.keycloak.models.AuthenticatedClientSessionModel;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.representations.RefreshToken;
import org.keycloak.util.TokenUtil;

/**
 * One refresh with one token: {@link #take} it before others do, {@link #judge} it by what its chain remembers, {@link
 * #finish} with the successor. Of all who come with one token at once, one takes it; without leeway the others end the
 * family, with leeway they wait for what he makes of it.
 */
final class RefreshTurn {

    /** Together about five seconds; a refresh takes some milliseconds. */
    private static final int LOOKS = 60;

    private static final long LONGEST_PAUSE = TimeUnit.MILLISECONDS.toNanos(100);

    private final KeycloakSession session;
    private final RefreshToken token;
    private final RefreshPlace place;
    private final Duration leeway;
    private final RefreshFamily family;

    private boolean taken;
    private boolean written;
    private Optional<RefreshRecord> replayed = Optional.empty();
    private Map<String, String> stored = Map.of();
    private long began;

    RefreshTurn(
            KeycloakSession session,
            RealmModel realm,
            ClientModel client,
            RefreshToken token,
            RefreshPlace place,
            Duration leeway) {
        this.session = session;
        this.token = token;
        this.place = place;
        this.leeway = leeway;
        boolean offline = TokenUtil.TOKEN_TYPE_OFFLINE.equals(token.getType());
        this.family = new RefreshFamily(session, realm, client, token.getSessionId(), place, offline);
    }

    /** Before anything of the session is read, since what was read before is what was true before. */
    void take() throws OAuthErrorException {
        if (family.ended()) {
            throw reused();
        }
        afterwards();
        for (int look = 1; !(taken = family.claim(token.getId())); look++) {
            if (leeway.isZero()) {
                family.end();
                throw reused();
            }
            if (family.remembersAfter(place)) {
                return;
            }
            if (look == LOOKS) {
                // whoever has it neither ends nor fails; that is not this caller's doing
                throw new OAuthErrorException("temporarily_unavailable", "The refresh token is being used");
            }
            LockSupport.parkNanos(pause(look));
        }
    }

    private static long pause(int look) {
        long most = Math.min(TimeUnit.MILLISECONDS.toNanos(10L * look), LONGEST_PAUSE);
        return ThreadLocalRandom.current().nextLong(most / 2, most);
    }

    /** Decides whether the token is the chain's newest, the one just replaced, or one that should never come again. */
    void judge(AuthenticatedClientSessionModel clientSession) throws OAuthErrorException {
        stored = StoredNotes.of(session, clientSession);
        if (!family.owns(stored)) {
            throw RotatingRefresh.unknown();
        }
        Optional<RefreshRecord> found = RefreshRecord.find(stored, place.chain());
        if (found.isEmpty()) {
            began = Optional.ofNullable(token.getIat()).orElse(0L);
            if (place.generation() > 0 || RefreshRecord.forgotten(stored, began)) {
                throw RotatingRefresh.unknown();
            }
            return;
        }
        RefreshRecord newest = found.get();
        began = newest.began();
        if (place.generation() == newest.generation() && newest.id().equals(token.getId())) {
            return;
        }
        if (place.generation() == newest.generation() - 1 && stillGood(newest)) {
            replayed = found;
            return;
        }
        family.end();
        // and in this session, which would store what it has read
        clientSession.detachFromUserSession();
        throw reused();
    }

    private boolean stillGood(RefreshRecord newest) {
        return !leeway.isZero() && Time.currentTimeMillis() - newest.issuedMillis() <= leeway.toMillis();
    }

    /** Gives {@code successor} its place, and has the session remember it. */
    void finish(RefreshToken successor, AuthenticatedClientSessionModel clientSession) {
        place.next().putInto(successor);
        RefreshRecord record = replayed.orElseGet(() -> RefreshRecord.of(place.next(), successor, began));
        record.putInto(successor);
        if (replayed.isPresent()) {
            return;
        }
        record.putInto(clientSession, stored);
        // where the transaction rolls back, the note stays in this node's cache; judged is what the database has
        written = true;
    }

    private void afterwards() {
        // sessions are stored after completion too, and first (AbstractRefreshTokenProvider)
        session.sessions();
        session.getTransactionManager().enlistAfterCompletion(new AbstractKeycloakTransaction() {
            @Override
            protected void commitImpl() {
                if (taken && !written) {
                    family.release(token.getId());
                } else if (family.ended()) {
                    // it ended while this refresh was under way, which may have stored the session anew
                    family.endAgain();
                }
            }

            @Override
            protected void rollbackImpl() {
                if (taken) {
                    family.release(token.getId());
                }
            }
        });
    }

    private static OAuthErrorException reused() {
        return new OAuthErrorException(OAuthErrorException.INVALID_GRANT, "Refresh token was used before");
    }
}
