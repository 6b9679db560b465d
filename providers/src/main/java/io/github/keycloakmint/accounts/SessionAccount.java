package io.github.keycloakmint.accounts;

import io.github.keycloakmint.kernel.keycloak.Memberships;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.keycloak.models.AuthenticatedClientSessionModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.UserModel;

/**
 * The account that a session's tokens speak of: the one that it was started for, which stands in the client session's notes;
 * else, and when the user has left it, the one of his highest role. Worked out once a request, however many mappers ask.
 */
final class SessionAccount {

    /** Written by sign-in: an organization's id. */
    static final String NOTE = "mint.account";

    private static final String KEPT = SessionAccount.class.getName();

    private record Kept(String userId, @Nullable String note, Optional<Memberships.Membership> membership) {}

    private SessionAccount() {}

    static Optional<Memberships.Membership> of(
            KeycloakSession session, UserModel user, AuthenticatedClientSessionModel clientSession) {
        Memberships.@Nullable Membership settled = session.getAttribute(settledFor(user), Memberships.Membership.class);
        if (settled != null) {
            return Optional.of(settled);
        }
        @Nullable String note = clientSession.getNote(NOTE);
        @Nullable Kept kept = session.getAttribute(KEPT, Kept.class);
        if (kept == null
                || !kept.userId().equals(user.getId())
                || !Optional.ofNullable(kept.note()).equals(Optional.ofNullable(note))) {
            kept = new Kept(user.getId(), note, find(session, user, note));
            session.setAttribute(KEPT, kept);
        }
        return kept.membership();
    }

    /**
     * The rest of this request is about one account of {@code user}: mappers, whose claims of another account a narrowed token
     * would lose again, need not work it out.
     */
    static void settle(KeycloakSession session, UserModel user, Memberships.Membership membership) {
        session.setAttribute(settledFor(user), membership);
    }

    private static String settledFor(UserModel user) {
        return KEPT + '|' + user.getId();
    }

    private static Optional<Memberships.Membership> find(
            KeycloakSession session, UserModel user, @Nullable String note) {
        Memberships memberships = new Memberships(session, session.getContext().getRealm());
        return Optional.ofNullable(note)
                .flatMap(account -> memberships.in(user, account))
                .or(() -> memberships.best(user));
    }
}
