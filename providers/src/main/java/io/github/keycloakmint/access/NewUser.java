package io.github.keycloakmint.access;

import io.github.keycloakmint.kernel.http.Fault;
import io.github.keycloakmint.kernel.http.Refusal;
import io.github.keycloakmint.kernel.keycloak.Accounts;
import io.github.keycloakmint.kernel.keycloak.FreshTransaction;
import io.github.keycloakmint.kernel.keycloak.Invitations;
import io.github.keycloakmint.kernel.keycloak.SpentInvitation;
import io.github.keycloakmint.kernel.keycloak.UndoneUser;
import java.util.Optional;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;

/** A user and the account that he comes with, or neither: made in the transaction of the session. */
final class NewUser {

    private final KeycloakSession session;
    private final RealmModel realm;
    private final SignUpRequest request;

    NewUser(KeycloakSession session, SignUpRequest request) {
        this.session = session;
        this.realm = session.getContext().getRealm();
        this.request = request;
    }

    /**
     * @param account that was made for him; one that he was invited to is not his
     * @param invitation that he came by
     */
    record Made(String userId, Optional<String> account, Optional<SpentInvitation> invitation) {

        /** Takes all of it back, in the transaction of {@code session}. */
        boolean undo(KeycloakSession session) {
            boolean removed = UndoneUser.remove(session, userId, account);
            invitation.ifPresent(
                    spent -> spent.restore(session, session.getContext().getRealm()));
            return removed;
        }
    }

    /**
     * Without account and password; empty where the email is taken. Written at once, so that a race is lost here and not when
     * everything is done.
     */
    Optional<UserModel> waiting() {
        Optional<UserModel> user = new Registration(session, realm, request).create();
        FreshTransaction.flush(session);
        user.ifPresent(this::joinAsInvited);
        return user;
    }

    /** With his password and the account of the name that he gave. */
    Optional<Made> complete() {
        Optional<UserModel> created = new Registration(session, realm, request).create();
        created.ifPresent(user -> new PasswordRules(session, realm).set(user, request.password()));
        FreshTransaction.flush(session);
        return created.map(user -> {
            Optional<SpentInvitation> invitation = joinAsInvited(user);
            return new Made(user.getId(), request.accountName().map(name -> account(name, user)), invitation);
        });
    }

    private String account(String name, UserModel owner) {
        Accounts accounts = new Accounts(session, realm);
        if (accounts.full(owner)) {
            throw Refusal.of(Fault.FORBIDDEN, "Accounts are not made at sign-up here", "no_account_allowed");
        }
        return accounts.create(name, owner).getId();
    }

    /** @throws Refusal 400 where the invitation does not hold for the email, in whatever way */
    void checkInvitation() {
        request.invitation().ifPresent(this::held);
    }

    private Optional<SpentInvitation> joinAsInvited(UserModel user) {
        // his email stays as verified as it is: not at all
        return request.invitation().map(token -> {
            Invitations.Invitation invitation = held(token);
            SpentInvitation spent = SpentInvitation.of(session, invitation).orElseThrow(NewUser::noInvitation);
            if (new Invitations(session, realm).join(invitation, user).isEmpty()) {
                throw noInvitation();
            }
            return spent;
        });
    }

    private Invitations.Invitation held(String token) {
        return new Invitations(session, realm)
                .find(token)
                .filter(invitation -> invitation.email().equals(request.email()))
                .orElseThrow(NewUser::noInvitation);
    }

    private static Refusal noInvitation() {
        return Refusal.badInput("`invitation` does not hold for this email", "invitation");
    }
}
