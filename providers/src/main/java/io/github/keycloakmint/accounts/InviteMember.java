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
        if (!caller.user().isEmailVerified()) {
            // mails in the realm's name are for people of whom it knows where to find them
            throw Refusal.of(Fault.FORBIDDEN, "Verify your own email address first", "unverified_email");
        }
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
            invitations.standing(held.account(), email).ifPresent(standing -> requireSayOver(held, standing));
            if (invitations.full(held.account(), email)) {
                throw Refusal.of(AccountConflict.TOO_MANY_INVITATIONS, "too_many_invitations");
            }
            if (!invitations.count(held.account(), caller.id())) {
                throw Refusal.of(AccountConflict.TOO_MANY_A_DAY, "too_many_a_day");
            }
            return invitations.create(held.account(), email, given, caller.id());
        });
    }

    /** A new invitation takes the place of the one before, so it is for who could take that back. */
    private static void requireSayOver(HeldAccount held, Invitations.Standing standing) {
        if (standing.byAdmin()) {
            throw Refusal.of(AccountConflict.INVITED_BY_ADMIN, "invited_by_admin");
        }
        held.requireSayOver(standing.role());
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
