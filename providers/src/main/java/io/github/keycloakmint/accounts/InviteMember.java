package io.github.keycloakmint.accounts;

import io.github.keycloakmint.kernel.http.Fault;
import io.github.keycloakmint.kernel.http.Refusal;
import io.github.keycloakmint.kernel.keycloak.Invitations;
import java.util.Optional;
import org.keycloak.models.KeycloakSession;

/** Invites to an account, and takes an invitation back. */
final class InviteMember {

    private final KeycloakSession session;
    private final AccountCaller caller;

    InviteMember(KeycloakSession session, AccountCaller caller) {
        this.session = session;
        this.caller = caller;
    }

    /**
     * Nothing here asks whether the address belongs to a user: whoever invites can't tell.
     *
     * @param role the lowest one where none was asked for
     */
    Invitations.Sent invite(Optional<String> account, String email, Optional<String> role) {
        return HeldAccount.change(session, account, caller.id(), held -> {
            held.requireSay();
            String given = role.or(held.members()::lowestRole)
                    .orElseThrow(() -> Refusal.badInput("The account has no roles", "no_roles"));
            held.requireRole(given);
            held.requireSayOver(Optional.of(given));
            if (held.members().hasEmail(email)) {
                // who may invite may see the members
                throw Refusal.of(AccountConflict.ALREADY_MEMBER, "already_member");
            }
            Invitations invitations = new Invitations(held.session(), held.realm());
            if (invitations.full(held.account(), email)) {
                throw Refusal.of(AccountConflict.TOO_MANY_INVITATIONS, "too_many_invitations");
            }
            return invitations.create(held.account(), email, given, caller.id());
        });
    }

    /** Admins take back what they may send. */
    Invitations.Invitation revoke(Optional<String> account, Optional<String> invitationId) {
        return HeldAccount.change(session, account, caller.id(), held -> {
            held.requireSay();
            Invitations invitations = new Invitations(held.session(), held.realm());
            Invitations.Invitation invitation = invitationId
                    .flatMap(id -> invitations.find(held.id(), id))
                    .orElseThrow(() -> Refusal.of(Fault.NOT_FOUND, "unknown_invitation"));
            held.requireSayOver(Optional.of(invitation.role()));
            invitations.revoke(invitation);
            return invitation;
        });
    }
}
