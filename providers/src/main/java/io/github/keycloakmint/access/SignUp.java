package io.github.keycloakmint.access;

import io.github.keycloakmint.kernel.http.EvenTime;
import io.github.keycloakmint.kernel.http.Exchange;
import io.github.keycloakmint.kernel.http.Fault;
import io.github.keycloakmint.kernel.http.Refusal;
import io.github.keycloakmint.kernel.http.Reply;
import io.github.keycloakmint.kernel.keycloak.AfterAnswer;
import io.github.keycloakmint.kernel.keycloak.FreshTransaction;
import io.github.keycloakmint.kernel.keycloak.UserDirectory;
import io.github.keycloakmint.kernel.limits.Limits;
import io.github.keycloakmint.kernel.session.Session;
import java.time.Duration;
import java.util.Map;
import java.util.function.BiConsumer;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;

/** A new user: at once, or in a realm that verifies emails by a mail of which the answer tells nothing (T29). */
final class SignUp {

    private static final EvenTime EVENLY = new EvenTime();

    /** For a refusal that can come only of a race: the password is the one that was set a moment ago. */
    private static final SignInSettings SIGN_IN = new SignInSettings(true, Duration.ofMillis(250));

    private final Exchange call;
    private final KeycloakSession session;
    private final RealmModel realm;
    private final ClientModel client;
    private final PageGuard guard;

    SignUp(Exchange call, ClientModel client, PageGuard guard) {
        this.call = call;
        this.session = call.session();
        this.realm = call.realm();
        this.client = client;
        this.guard = guard;
    }

    Reply perform(SignUpRequest request) {
        if (!realm.isRegistrationAllowed()) {
            throw Refusal.of(Fault.FORBIDDEN, "Sign-up is off", "registration_off");
        }
        if (request.accountName().isPresent()
                && !(PendingAccount.allowed(realm) && new PendingAccount(session, realm).safe())) {
            throw Refusal.of(Fault.FORBIDDEN, "Accounts are not made at sign-up here", "accounts_off");
        }
        return realm.isVerifyEmail() ? byMail(request) : atOnce(request);
    }

    /** The same answer at the same time, and the rest once it has left. */
    private Reply byMail(SignUpRequest request) {
        Accepted.requireMails(session);
        aside(request, (fresh, taken) -> {
            if (taken) {
                // a user that is found comes from the cache, by email and by name, and nobody costs a query each time
                UserDirectory users =
                        new UserDirectory(fresh, fresh.getContext().getRealm());
                users.lookUpNobody();
                users.lookUpNobody();
            }
        });
        guard.useUp();
        String address = call.address();
        Limits.withinMails(
                call,
                Limits.Mail.SIGN_UP,
                request.email(),
                () -> AfterAnswer.run(
                        session, "sign-up", fresh -> new SignUpByMail(fresh, request, address).perform()));
        EVENLY.await(call.record().startedNanos());
        return Accepted.mailOnItsWay();
    }

    /** The user, his account and his session, or none of them. */
    private Reply atOnce(SignUpRequest request) {
        aside(request, (fresh, taken) -> {
            if (taken) {
                throw taken();
            }
        });
        guard.useUp();
        NewUser.Made made = FreshTransaction.insist(
                        () -> FreshTransaction.run(session, fresh -> new NewUser(fresh, request).complete()))
                .orElseThrow(SignUp::taken);
        try {
            DeviceCookie device = DeviceCookie.of(call, client);
            Session started = new SignIn(session, realm, SIGN_IN).signIn(client, request.signIn(), call.record());
            return device.onto(
                    new Reply(201, started, Map.of()), started.profile().id());
        } catch (RuntimeException e) {
            if (!challenged(e)) {
                FreshTransaction.insist(() -> FreshTransaction.run(session, made::undo));
            }
            throw e;
        }
    }

    /**
     * Whatever is to be asked before a user is made, in a transaction that is over by then: as many strangers as there are
     * connections, each with one in his hand and waiting for a second, would stop the server.
     */
    private void aside(SignUpRequest request, BiConsumer<KeycloakSession, Boolean> then) {
        FreshTransaction.run(session, fresh -> {
            new NewUser(fresh, request).checkInvitation();
            boolean taken = new Registration(fresh, fresh.getContext().getRealm(), request).taken();
            then.accept(fresh, taken);
            return taken;
        });
    }

    /** Everything is done, and something is required of the user before his first session. */
    private static boolean challenged(RuntimeException e) {
        return e instanceof Refusal refusal
                && refusal.own().filter(Challenge.class::isInstance).isPresent();
    }

    private static Refusal taken() {
        return Refusal.of(AccessError.EMAIL_TAKEN, "email_taken");
    }
}
