package io.github.keycloakmint.external;

import io.github.keycloakmint.kernel.http.Refusal;
import io.github.keycloakmint.kernel.keycloak.FreshTransaction;
import io.github.keycloakmint.kernel.keycloak.UserRow;
import java.util.Optional;
import org.keycloak.models.FederatedIdentityModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;

/** One attempt to have a foreign user as a user here: its methods run in a transaction of their own each. */
final class UpsertAttempt {

    private final KeycloakSession session;
    private final RealmModel realm;
    private final ForeignToken token;
    private final ForeignProfile profile;
    private final FederatedIdentityModel identity;

    /** @param session a fresh one */
    UpsertAttempt(KeycloakSession session, ForeignToken token, ForeignProfile profile) {
        this.session = session;
        this.realm = session.getContext().getRealm();
        this.token = token;
        this.profile = profile;
        this.identity = identity(profile.given(ProfileField.USERNAME).orElse(token.foreignId()));
    }

    /** What was found or done. */
    enum Outcome {
        UNCHANGED,
        CREATED,
        /** An account that exists is to be linked, and then changed. */
        TO_LINK,
        TO_CHANGE,
        CHANGED,
        LINKED
    }

    /**
     * @param name the foreign name that the user got just now
     * @param former the one that he had before
     */
    record Step(Outcome outcome, String userId, Optional<String> name, Optional<String> former) {
        Step(Outcome outcome, UserModel user) {
            this(outcome, user.getId(), Optional.empty(), Optional.empty());
        }
    }

    /** Finds the user, or creates him. A user who exists is not written here. */
    Step look() {
        Optional<UserModel> known = find();
        if (known.isPresent()) {
            UserModel user = admitted(known.get());
            SparingUser mapped = mappers().dryRun(user);
            boolean changes = mapped.changed() || change(user, mapped).differs(user);
            return new Step(changes ? Outcome.TO_CHANGE : Outcome.UNCHANGED, user);
        }
        IdentityMappers mappers = mappers();
        ForeignProfile mapped = profile.with(mappers.fieldsOfNewUser(profile));
        Optional<UserModel> account = new EmailPolicy(session, realm, token).accountToLink(mapped);
        return account.map(user -> new Step(Outcome.TO_LINK, admitted(user))).orElseGet(() -> create(mappers, mapped));
    }

    /** Changes the user found before; what is true of him is read again under the lock. */
    Step change(String userId) {
        UserModel user = lock(userId);
        if (!linked(user)) {
            throw new FreshTransaction.Overtaken();
        }
        return apply(admitted(user), Outcome.CHANGED);
    }

    /** Links the account found before, if it may still be. */
    Step link(String userId) {
        UserModel user = lock(userId);
        if (linked(user)) {
            // by a call beside this one
            throw new FreshTransaction.Overtaken();
        }
        ForeignProfile mapped = profile.with(mappers().fieldsOfNewUser(profile));
        Optional<UserModel> account = new EmailPolicy(session, realm, token).accountToLink(mapped);
        if (account.filter(user::equals).isEmpty()) {
            throw new FreshTransaction.Overtaken();
        }
        admitted(user);
        session.users().addFederatedIdentity(realm, user, identity);
        return apply(user, Outcome.LINKED);
    }

    private Step apply(UserModel user, Outcome done) {
        SparingUser mapped = mappers().update(user);
        ProfileChange change = change(user, mapped);
        Optional<String> name = change.newName(user);
        Optional<String> former = ProfileField.USERNAME.of(user);
        if (change.differs(user)) {
            change.write(user);
        } else if (mapped.changed()) {
            ProfileChange.touch(user);
        } else if (done == Outcome.CHANGED) {
            // somebody else did it while this one waited for the row
            return new Step(Outcome.UNCHANGED, user);
        }
        if (name.isPresent() && done == Outcome.CHANGED) {
            session.users().updateFederatedIdentity(realm, user, identity);
        }
        UserRow.flush(session);
        return new Step(done, user.getId(), name, former);
    }

    private Step create(IdentityMappers mappers, ForeignProfile mapped) {
        String id = ForeignUserId.of(realm, token.trust().provider(), token.foreignId());
        String username = ForeignUserId.username(token.trust().provider(), token.foreignId());
        UserModel user = session.users().addUser(realm, id, username, true, false);
        user.setEnabled(true);
        session.users().addFederatedIdentity(realm, user, identity);
        // that the email is nobody's was found out before
        new ProfileChange(session, realm, token, mapped).writeNew(user);
        ForeignProfile all = mapped.with(mappers.importNew(user));
        ProfileChange rest = new ProfileChange(session, realm, token, all);
        if (rest.differs(user)) {
            rest.write(user);
        }
        UserRow.flush(session);
        return new Step(Outcome.CREATED, id, all.given(ProfileField.USERNAME), Optional.empty());
    }

    /**
     * By the link alone. Where it is gone and the user is not, an admin has unlinked him, or two foreign ids have come to
     * one id: neither signs in (T21). Some databases find a link without regard to case, so it is compared again.
     */
    private Optional<UserModel> find() {
        Optional<UserModel> user = Optional.ofNullable(session.users().getUserByFederatedIdentity(realm, identity))
                .or(() -> Optional.ofNullable(session.users()
                        .getUserById(
                                realm, ForeignUserId.of(realm, token.trust().provider(), token.foreignId()))));
        if (user.filter(found -> !linked(found)).isPresent()) {
            throw Refusal.of(ExternalError.CONFLICT, "not_linked");
        }
        return user;
    }

    /** No query when the user is cached and linked; a node may not know yet of a link that another has just made. */
    private boolean linked(UserModel user) {
        String alias = token.trust().alias();
        FederatedIdentityModel link = session.users().getFederatedIdentity(realm, user, alias);
        return (link != null && token.foreignId().equals(link.getUserId()))
                || UserRow.foreignId(session, user.getId(), alias)
                        .filter(token.foreignId()::equals)
                        .isPresent();
    }

    private UserModel lock(String userId) {
        return UserRow.lock(session, realm, userId).orElseThrow(FreshTransaction.Overtaken::new);
    }

    /** Whoever may not get in is not linked or written either: an account that an admin froze stays as it is. */
    private UserModel admitted(UserModel user) {
        if (!user.isEnabled()) {
            throw Refusal.of(ExternalError.USER_DISABLED, "user_disabled");
        }
        if (user.getRequiredActionsStream().findAny().isPresent()) {
            throw Refusal.of(ExternalError.ACTION_REQUIRED, "required_actions");
        }
        new ForeignEmail(session, realm, token, profile).requireOwner(user);
        return user;
    }

    /** Takes a name back that another user has as well; returns the one that he got instead. */
    Optional<String> giveUpName(String userId, String name, Optional<String> former) {
        Optional<UserModel> user = UserRow.lock(session, realm, userId);
        Optional<String> back = user.flatMap(known -> new UsernamePolicy(session, realm).giveUp(name, former, known));
        user.filter(this::linked)
                .filter(known -> ProfileField.USERNAME.of(known).equals(back))
                .ifPresent(known -> session.users()
                        .updateFederatedIdentity(realm, known, identity(back.orElse(token.foreignId()))));
        return back;
    }

    private IdentityMappers mappers() {
        return IdentityMappers.of(session, realm, token, profile);
    }

    private ProfileChange change(UserModel user, SparingUser mapped) {
        ForeignProfile wanted = profile.with(mapped.fields());
        ForeignProfile permitted = new EmailPolicy(session, realm, token).permitted(wanted, user);
        return new ProfileChange(session, realm, token, permitted);
    }

    /** Without a token: whatever the provider's settings say, a token of somebody else's is kept nowhere. */
    private FederatedIdentityModel identity(String name) {
        return new FederatedIdentityModel(token.trust().alias(), token.foreignId(), name);
    }
}
