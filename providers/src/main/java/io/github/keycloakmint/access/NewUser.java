package io.github.keycloakmint.access;

import io.github.keycloakmint.kernel.http.Fault;
import io.github.keycloakmint.kernel.http.Refusal;
import io.github.keycloakmint.kernel.keycloak.Accounts;
import io.github.keycloakmint.kernel.keycloak.FreshTransaction;
import io.github.keycloakmint.kernel.keycloak.Invitations;
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

    /** @param account that was made for him; one that he was invited to is not his */
    record Made(String userId, Optional<String> account) {}

    /** Empty where the email is taken. Written at once, so that a race is lost here and not when everything is done. */
    Optional<UserModel> withoutAccount() {
        Optional<UserModel> user = new Registration(session, realm, request).create();
        FreshTransaction.flush(session);
        user.ifPresent(this::joinAsInvited);
        return user;
    }

    /** As above, with the account of the name that he gave. */
    Optional<Made> withAccount() {
        return withoutAccount()
                .map(user -> new Made(user.getId(), request.accountName().map(name -> account(name, user))));
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

    private void joinAsInvited(UserModel user) {
        // his email stays as verified as it is: not at all
        request.invitation().ifPresent(token -> {
            if (new Invitations(session, realm).join(held(token), user).isEmpty()) {
                throw noInvitation();
            }
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
