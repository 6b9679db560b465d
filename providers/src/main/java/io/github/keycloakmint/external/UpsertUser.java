package io.github.keycloakmint.external;

import io.github.keycloakmint.external.UpsertAttempt.Outcome;
import io.github.keycloakmint.external.UpsertAttempt.Step;
import io.github.keycloakmint.kernel.http.Refusal;
import io.github.keycloakmint.kernel.keycloak.FreshTransaction;
import java.util.Optional;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.ModelDuplicateException;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;

/**
 * Turns a believed token into the user that it is about: found by the link to the foreign id, else linked by email where
 * the policy allows, else created.
 *
 * <p>All of it happens in fresh transactions that are done again where another came in the way, and the user is read in
 * the request's own session only afterwards: so many first calls at once make one user whom all of them get, and the
 * request never sees a user of its own that another transaction has changed since. To be called before the request has
 * loaded the user.
 */
final class UpsertUser {

    private final KeycloakSession session;
    private final RealmModel realm;

    UpsertUser(KeycloakSession session, RealmModel realm) {
        this.session = session;
        this.realm = realm;
    }

    /**
     * A foreign user's account.
     *
     * @param created it is new
     * @param changed something was written, which a new one always is
     * @param linked an account that existed was linked by its email
     */
    record Upserted(UserModel user, boolean created, boolean changed, boolean linked) {}

    /** @throws Refusal where the profile is not valid, or the user may not get in */
    Upserted upsert(ForeignToken token) {
        ForeignProfile profile = ForeignProfile.of(token);
        Step done = insist(token, profile);
        // see UsernamePolicy: asked after the commit, so of two who took a name at once the later one knows
        Optional<String> contested = contested(done.name(), done.userId());
        if (contested.isPresent()) {
            Optional<String> back = giveUpName(token, profile, done.userId(), contested.get(), done.former());
            // somebody may have taken that one meanwhile
            contested(back, done.userId())
                    .ifPresent(name -> giveUpName(token, profile, done.userId(), name, Optional.empty()));
            throw UsernamePolicy.taken();
        }
        UserModel user = Optional.ofNullable(session.users().getUserById(realm, done.userId()))
                .orElseThrow(() -> Refusal.of(ExternalError.MISSING_USER, "gone"));
        return new Upserted(
                user,
                done.outcome() == Outcome.CREATED,
                done.outcome() != Outcome.UNCHANGED,
                done.outcome() == Outcome.LINKED);
    }

    private Step insist(ForeignToken token, ForeignProfile profile) {
        try {
            return FreshTransaction.insist(() -> attempt(token, profile));
        } catch (ModelDuplicateException e) {
            // what the look-ups don't see the database does: some compare emails without accents or case
            throw profile.given(ProfileField.EMAIL).isPresent()
                    ? EmailPolicy.taken("duplicate")
                    : Refusal.of(ExternalError.CONFLICT, "duplicate");
        } catch (FreshTransaction.Overtaken e) {
            throw Refusal.of(ExternalError.CONFLICT, "overtaken");
        }
    }

    private Step attempt(ForeignToken token, ForeignProfile profile) {
        Step step = FreshTransaction.run(session, fresh -> new UpsertAttempt(fresh, token, profile).look());
        return switch (step.outcome()) {
            case TO_CHANGE ->
                FreshTransaction.run(session, fresh -> new UpsertAttempt(fresh, token, profile).change(step.userId()));
            case TO_LINK ->
                FreshTransaction.run(session, fresh -> new UpsertAttempt(fresh, token, profile).link(step.userId()));
            default -> step;
        };
    }

    private Optional<String> contested(Optional<String> name, String userId) {
        return name.filter(taken -> new UsernamePolicy(session, realm).contested(taken, userId));
    }

    private Optional<String> giveUpName(
            ForeignToken token, ForeignProfile profile, String userId, String name, Optional<String> former) {
        return FreshTransaction.insist(() -> FreshTransaction.run(
                session, fresh -> new UpsertAttempt(fresh, token, profile).giveUpName(userId, name, former)));
    }
}
