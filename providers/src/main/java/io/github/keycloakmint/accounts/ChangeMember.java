package io.github.keycloakmint.accounts;

import io.github.keycloakmint.kernel.http.Refusal;
import io.github.keycloakmint.kernel.keycloak.AccountMembers;
import io.github.keycloakmint.kernel.keycloak.AccountRoles;
import java.util.Optional;
import org.keycloak.models.KeycloakSession;

/** Changes what somebody is in an account, or ends it. */
final class ChangeMember {

    private final KeycloakSession session;
    private final AccountCaller caller;

    ChangeMember(KeycloakSession session, AccountCaller caller) {
        this.session = session;
        this.caller = caller;
    }

    /** What was done, for the record. */
    record Done(String accountId, String userId, Optional<String> before) {}

    Done role(Optional<String> account, Optional<String> userId, String role) {
        return HeldAccount.change(session, account, caller.id(), held -> {
            held.requireSay();
            AccountMembers.Member member = held.member(userId);
            held.requireSayOver(member.role());
            held.requireRole(role);
            held.requireSayOver(Optional.of(role));
            if (!member.role().equals(Optional.of(role))) {
                held.requireOwnerBeside(member);
                if (role.equals(AccountRoles.OWNER)) {
                    held.requireRoomToOwn(member.userId());
                }
            }
            held.members().setRole(member.userId(), role);
            return new Done(held.id(), member.userId(), member.role());
        });
    }

    /** Anybody may leave; the rest is for those who have a say over the member. */
    Done remove(Optional<String> account, Optional<String> userId) {
        return HeldAccount.change(session, account, caller.id(), held -> {
            if (!userId.equals(Optional.of(caller.id()))) {
                held.requireSay();
                held.requireSayOver(held.member(userId).role());
            }
            AccountMembers.Member member = held.member(userId);
            if (member.managed()) {
                // Keycloak would delete the user (JpaOrganizationProvider.removeMember)
                throw Refusal.of(AccountConflict.MANAGED_MEMBER, "managed_member");
            }
            held.requireOwnerBeside(member);
            held.members().remove(member);
            return new Done(held.id(), member.userId(), member.role());
        });
    }
}
