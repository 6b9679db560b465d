package io.github.keycloakmint.accounts;

import io.github.keycloakmint.kernel.keycloak.ClaimMapper;
import io.github.keycloakmint.kernel.keycloak.Memberships;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.keycloak.models.AuthenticatedClientSessionModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.UserModel;
import org.keycloak.representations.AccessToken;

/**
 * The account that a session's tokens speak of: the one that it was started for, which stands in the client session's notes;
 * else, and when the user has left it, the one of his highest role. Worked out once a request, however many mappers ask.
 *
 * <p>A token that says of which account it speaks is answered for by introspection with that one, whatever the session would
 * speak of now: role and permissions of another would be taken for those in the token's account (T33).
 */
final class SessionAccount {

    /** Written by sign-in: an organization's id. */
    static final String NOTE = "mint.account";

    private static final String KEPT = SessionAccount.class.getName();

    /** Where a token says of which account it speaks. */
    private static final List<String> NAMES = List.of("account_id", "team_id");

    /** @param named by the token that is introspected: an account's id, or null for a user without one */
    private record Asked(String userId, @Nullable String note, boolean introspected, @Nullable String named) {}

    private record Kept(Asked asked, Optional<Memberships.Membership> membership) {}

    private SessionAccount() {}

    /**
     * @param introspected the token that is asked about, where one is
     * @throws ClaimMapper.NoMore where that token speaks of an account that its user is not in
     */
    static Optional<Memberships.Membership> of(
            KeycloakSession session,
            UserModel user,
            AuthenticatedClientSessionModel clientSession,
            Optional<AccessToken> introspected) {
        Memberships.@Nullable Membership settled = session.getAttribute(settledFor(user), Memberships.Membership.class);
        if (settled != null) {
            return Optional.of(settled);
        }
        Asked asked = asked(user, clientSession, introspected);
        @Nullable Kept kept = session.getAttribute(KEPT, Kept.class);
        if (kept == null || !kept.asked().equals(asked)) {
            kept = new Kept(
                    asked, asked.introspected() ? named(session, user, asked) : find(session, user, asked.note()));
            session.setAttribute(KEPT, kept);
        }
        return kept.membership();
    }

    /** A token that has none of the claims, a lightweight one say, tells nothing that an answer could differ from. */
    private static Asked asked(
            UserModel user, AuthenticatedClientSessionModel clientSession, Optional<AccessToken> introspected) {
        Map<String, Object> claims =
                introspected.map(AccessToken::getOtherClaims).orElse(Map.of());
        Optional<String> name = NAMES.stream().filter(claims::containsKey).findFirst();
        return new Asked(
                user.getId(),
                clientSession.getNote(NOTE),
                name.isPresent(),
                name.map(claims::get).map(String::valueOf).orElse(null));
    }

    private static Optional<Memberships.Membership> named(KeycloakSession session, UserModel user, Asked asked) {
        @Nullable String account = asked.named();
        if (account == null) {
            return Optional.empty();
        }
        Optional<Memberships.Membership> membership = new Memberships(
                        session, session.getContext().getRealm())
                .in(user, account)
                // by id alone: an alias is free again when its organization is gone
                .filter(found -> found.accountId().equals(account));
        if (membership.isEmpty()) {
            throw new ClaimMapper.NoMore("account");
        }
        return membership;
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
