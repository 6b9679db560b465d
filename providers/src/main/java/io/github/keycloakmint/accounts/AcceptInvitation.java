package io.github.keycloakmint.accounts;

import io.github.keycloakmint.kernel.EmailAddress;
import io.github.keycloakmint.kernel.http.Fault;
import io.github.keycloakmint.kernel.http.Refusal;
import io.github.keycloakmint.kernel.keycloak.AccountRoles;
import io.github.keycloakmint.kernel.keycloak.AccountRow;
import io.github.keycloakmint.kernel.keycloak.Accounts;
import io.github.keycloakmint.kernel.keycloak.FreshTransaction;
import io.github.keycloakmint.kernel.keycloak.Invitations;
import io.github.keycloakmint.kernel.keycloak.UserRow;
import java.util.Optional;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.OrganizationModel;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;

/** Turns an invitation into a membership, for the user whose verified address was invited (T31). */
final class AcceptInvitation {

    private static final String NO_MORE = "The invitation does not hold, or no more";
    private static final String NOT_HIS = "The invitation is for another email address, or yours is not verified";

    private final KeycloakSession session;
    private final AccountCaller caller;

    AcceptInvitation(KeycloakSession session, AccountCaller caller) {
        this.session = session;
        this.caller = caller;
    }

    /** Returns the account's id. */
    Invitations.Invitation accept(String token) {
        return HeldAccount.settled(() -> FreshTransaction.run(session, fresh -> accept(fresh, token)));
    }

    private Invitations.Invitation accept(KeycloakSession fresh, String token) {
        RealmModel realm = fresh.getContext().getRealm();
        Invitations invitations = new Invitations(fresh, realm);
        Invitations.Invitation invitation = invitations.find(token).orElseThrow(AcceptInvitation::noMore);
        // the account before the user, as whoever changes a member's role holds them
        if (AccountRow.lock(fresh, realm, invitation.accountId()).isEmpty()) {
            throw noMore();
        }
        UserModel user = UserRow.lock(fresh, realm, caller.id())
                .orElseThrow(() -> Refusal.of(Fault.UNAUTHORIZED, "user_is_gone"));
        if (!user.isEmailVerified() || !hasEmail(user, invitation.email())) {
            throw Refusal.of(Fault.FORBIDDEN, NOT_HIS, "other_or_unverified_email");
        }
        requireRoom(new Accounts(fresh, realm), user, invitation.role());
        Optional<OrganizationModel> joined = invitations.join(invitation, user);
        return joined.map(account -> invitation).orElseThrow(AcceptInvitation::noMore);
    }

    private static void requireRoom(Accounts accounts, UserModel user, String role) {
        if (accounts.crowded(user)) {
            throw Refusal.of(AccountConflict.TOO_MANY_MEMBERSHIPS, "too_many_memberships");
        }
        if (role.equals(AccountRoles.OWNER) && accounts.full(user)) {
            throw Refusal.of(AccountConflict.OWNS_TOO_MANY, "owns_too_many");
        }
    }

    private static boolean hasEmail(UserModel user, String invited) {
        return Optional.ofNullable(user.getEmail())
                .flatMap(EmailAddress::parse)
                .filter(invited::equals)
                .isPresent();
    }

    private static Refusal noMore() {
        return Refusal.of(Fault.NOT_FOUND, NO_MORE, "no_such_invitation");
    }
}
