package io.github.keycloakmint.accounts;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.github.keycloakmint.kernel.EmailAddress;
import io.github.keycloakmint.kernel.http.Exchange;
import io.github.keycloakmint.kernel.http.Members;
import io.github.keycloakmint.kernel.http.Reply;
import io.github.keycloakmint.kernel.keycloak.AccountDirectory;
import io.github.keycloakmint.kernel.keycloak.Invitations;
import io.github.keycloakmint.kernel.limits.Limits;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.keycloak.events.EventType;

/** {@code /api/accounts/{id}/invitations} and {@code /api/invitations/accept} (contract section 7, T31). */
final class InvitationsResource {

    private record Listed(List<Item> invitations, int first, int max, long total) {}

    /** Never the token: who has it reads the invited one's mail. */
    private record Item(
            String id,
            String email,
            String role,
            @JsonProperty("created_at") long createdAt,
            @JsonProperty("expires_at") long expiresAt) {

        static Item of(Invitations.Invitation invitation) {
            return new Item(
                    invitation.id(),
                    invitation.email(),
                    invitation.role(),
                    invitation.createdAt(),
                    invitation.expiresAt());
        }
    }

    /** {@code GET}: open ones, oldest first; owners and admins. */
    Reply list(Exchange call) {
        AccountCaller caller = AccountCaller.of(call);
        Input.Window window = Input.Window.of(call);
        Limits.byTarget(call, caller.id());
        String account = caller.runs(call);
        AccountDirectory.Page<Invitations.Invitation> page =
                new Invitations(call.session(), call.realm()).open(account, window.first(), window.max());
        return Reply.ok(
                new Listed(page.items().stream().map(Item::of).toList(), window.first(), window.max(), page.total()));
    }

    /** {@code POST {email, role?}}: owners; admins to roles below owner. The mail leaves after the answer. */
    Reply invite(Exchange call) {
        call.record().event(EventType.INVITE_ORG);
        AccountCaller caller = AccountCaller.of(call);
        InvitationMail mail = InvitationMail.of(call.realm(), caller.client());
        Members body = call.json();
        String email = EmailAddress.of(body.text("email"));
        Optional<String> role = body.optionalText("role").map(Input::role);
        Limits.byTarget(call, email);
        Invitations.Sent sent = new InviteMember(call.session(), caller).invite(Input.inPath(call, "id"), email, role);
        mail.send(call.session(), sent);
        record(call, "invite", sent.invitation());
        return new Reply(201, Item.of(sent.invitation()), Map.of());
    }

    /** {@code DELETE …/{invitationId}}: owners; admins where the role is below owner. */
    Reply revoke(Exchange call) {
        call.record().event(EventType.INVITE_ORG);
        AccountCaller caller = AccountCaller.of(call);
        Limits.byTarget(call, caller.id());
        Invitations.Invitation revoked = new InviteMember(call.session(), caller)
                .revoke(Input.inPath(call, "id"), Input.inPath(call, "invitationId"));
        record(call, "revoke", revoked);
        return Reply.noContent();
    }

    /** {@code POST /api/invitations/accept {token}}: the invited one, signed in, his address verified. */
    Reply accept(Exchange call) {
        call.record().event(EventType.INVITE_ORG);
        AccountCaller caller = AccountCaller.of(call);
        String token = call.json().text("token");
        Limits.byTarget(call, caller.id());
        Invitations.Invitation accepted = new AcceptInvitation(call.session(), caller).accept(token);
        record(call, "accept", accepted);
        return Reply.ok(AccountsResource.account(call, caller, accepted.accountId()));
    }

    private static void record(Exchange call, String action, Invitations.Invitation invitation) {
        call.record().put("accountId", invitation.accountId());
        call.record().put("action", action);
        call.record().put("invitation", invitation.id());
        call.record().put("email", invitation.email());
        call.record().put("role", invitation.role());
    }
}
