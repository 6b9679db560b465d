package io.github.keycloakmint.access;

import io.github.keycloakmint.kernel.audit.CallRecord;
import io.github.keycloakmint.kernel.http.Fault;
import io.github.keycloakmint.kernel.http.Refusal;
import io.github.keycloakmint.kernel.keycloak.DirectGrant;
import io.github.keycloakmint.kernel.keycloak.HostedPage;
import io.github.keycloakmint.kernel.keycloak.Memberships;
import io.github.keycloakmint.kernel.keycloak.UserDirectory;
import io.github.keycloakmint.kernel.session.Session;
import java.time.Duration;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;

/** Signs a user in with email and password, by Keycloak's own direct grant. */
final class SignIn {

    private final KeycloakSession session;
    private final RealmModel realm;
    private final SignInSettings settings;

    SignIn(KeycloakSession session, RealmModel realm, SignInSettings settings) {
        this.session = session;
        this.realm = realm;
        this.settings = settings;
    }

    /**
     * For a caller who has an account already.
     *
     * @throws Refusal for everything but a session. What was written on the way is kept, the session aside: a failure that
     *     is being counted, a one-time password that was used
     */
    Session signIn(ClientModel client, SignInRequest request, PageGuard guard, CallRecord record) {
        DirectGrant grant = new DirectGrant(session, realm, client);
        try {
            Session started = signIn(grant, client, request, record);
            guard.useUp();
            return started;
        } catch (Refusal refusal) {
            grant.end();
            throw refusal.kept();
        }
    }

    /** @throws Refusal for everything but a session; whatever was written on the way is undone by it */
    Session signIn(ClientModel client, SignInRequest request, CallRecord record) {
        return signIn(new DirectGrant(session, realm, client), client, request, record);
    }

    private Session signIn(DirectGrant grant, ClientModel client, SignInRequest request, CallRecord record) {
        record.client(client.getClientId());
        record.put("email", request.email());
        ActiveAccount account = new ActiveAccount(new Memberships(session, realm), request.accountId());
        DirectGrant.Result result = grant.grant(credentials(request), patience(record), (user, clientSession) -> {
            identified(record, user);
            account.choose(user, clientSession);
        });
        if (result instanceof DirectGrant.Granted granted) {
            record.session(granted.sessionId());
            granted.details().forEach(record::put);
            return Session.of(granted.user(), account.memberships(), granted.tokens());
        }
        throw refusal(result, client, request, record);
    }

    /** Half a beat: what is left is for checking the password, so that who had to wait is refused on the same beat. */
    private Duration patience(CallRecord record) {
        return settings.beat().dividedBy(2).minusNanos(System.nanoTime() - record.startedNanos());
    }

    private DirectGrant.Credentials credentials(SignInRequest request) {
        return new DirectGrant.Credentials(
                request.email(),
                new UserDirectory(session, realm).byEmail(request.email()).user(),
                request.password(),
                request.totp());
    }

    private Refusal refusal(DirectGrant.Result result, ClientModel client, SignInRequest request, CallRecord record) {
        if (result instanceof DirectGrant.Challenged challenged) {
            identified(record, challenged.user());
            String page = HostedPage.continuing(session, realm, client, request.email());
            return Refusal.of(new Challenge(challenged.challenge(), page), "challenge_" + challenged.challenge());
        }
        if (result instanceof DirectGrant.Refused refused) {
            return Refusal.evenly(AccessError.INVALID_CREDENTIALS, refused.cause(), settings.beat());
        }
        if (result instanceof DirectGrant.ClientRefused refused) {
            return Refusal.of(AccessError.CLIENT_AUTHENTICATION, refused.cause());
        }
        return Refusal.of(Fault.FORBIDDEN, ((DirectGrant.Forbidden) result).cause());
    }

    /** From here on it is no stranger who calls: he knew the password. */
    private static void identified(CallRecord record, UserModel user) {
        record.recognised();
        record.user(user.getId());
        record.put("userId", user.getId());
    }
}
