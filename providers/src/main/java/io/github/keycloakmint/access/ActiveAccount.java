package io.github.keycloakmint.access;

import io.github.keycloakmint.kernel.http.Fault;
import io.github.keycloakmint.kernel.http.Refusal;
import io.github.keycloakmint.kernel.keycloak.Memberships;
import io.github.keycloakmint.kernel.keycloak.Memberships.Membership;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.keycloak.models.AuthenticatedClientSessionModel;
import org.keycloak.models.UserModel;

/**
 * The account that a session is started for: the one that was asked for, else that of the highest role. It stands in the
 * client session, so that a refresh keeps it, and nowhere else; tokens take their team from it.
 */
final class ActiveAccount {

    private static final String NOTE = "mint.account";

    private final Memberships accounts;
    private final Optional<String> asked;
    private List<Membership> memberships = List.of();

    ActiveAccount(Memberships accounts, Optional<String> asked) {
        this.accounts = accounts;
        this.asked = asked;
    }

    /** @throws Refusal 403 where the asked account is none of the user's, whatever else it may be */
    void choose(UserModel user, AuthenticatedClientSessionModel clientSession) {
        List<Membership> all = accounts.of(user);
        Optional<Membership> active = asked.isEmpty()
                ? all.stream().findFirst()
                : all.stream()
                        .filter(membership -> membership.accountId().equals(asked.get())
                                || membership.alias().equals(asked.get()))
                        .findFirst();
        if (asked.isPresent() && active.isEmpty()) {
            throw Refusal.of(Fault.FORBIDDEN, "account");
        }
        active.ifPresent(chosen -> clientSession.setNote(NOTE, chosen.accountId()));
        memberships = Stream.concat(active.stream(), all.stream().filter(membership -> active.filter(membership::equals)
                        .isEmpty()))
                .toList();
    }

    /** The user's accounts, the active one first. */
    List<Membership> memberships() {
        return memberships;
    }
}
