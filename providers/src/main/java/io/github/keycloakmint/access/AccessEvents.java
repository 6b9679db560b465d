package io.github.keycloakmint.access;

import io.github.keycloakmint.kernel.keycloak.AfterAnswer;
import io.github.keycloakmint.kernel.keycloak.FreshTransaction;
import java.util.Optional;
import java.util.Set;
import org.keycloak.events.Event;
import org.keycloak.events.EventListenerProvider;
import org.keycloak.events.EventType;
import org.keycloak.events.admin.AdminEvent;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.UserModel;

/**
 * What has to follow on something that users do at Keycloak's own pages: the account that waited for an email to be
 * verified. Events come in the transaction that they are about.
 */
final class AccessEvents implements EventListenerProvider {

    /** After one of these a user's email may be verified; a sign-in is seen because admins verify emails without event. */
    private static final Set<EventType> VERIFIED =
            Set.of(EventType.VERIFY_EMAIL, EventType.LOGIN, EventType.EXECUTE_ACTIONS, EventType.RESET_PASSWORD);

    private final KeycloakSession session;

    AccessEvents(KeycloakSession session) {
        this.session = session;
    }

    @Override
    public void onEvent(Event event) {
        if (event.getError() == null && event.getUserId() != null && VERIFIED.contains(event.getType())) {
            user(session, event).filter(PendingAccount::waitsFor).ifPresent(user -> makeAccount(event.getUserId()));
        }
    }

    private static Optional<UserModel> user(KeycloakSession session, Event event) {
        return Optional.ofNullable(session.getContext().getRealm())
                .filter(realm -> realm.getId().equals(event.getRealmId()))
                .flatMap(realm -> Optional.ofNullable(session.users().getUserById(realm, event.getUserId())));
    }

    /** In a transaction of its own: what fails in a listener would take the sign-in with it. */
    private void makeAccount(String userId) {
        AfterAnswer.run(
                session,
                "pending-account",
                after -> FreshTransaction.insist(
                        () -> FreshTransaction.run(after, fresh -> PendingAccount.fulfil(fresh, userId))));
    }

    @Override
    public void onEvent(AdminEvent event, boolean includeRepresentation) {
        // none of them is about either
    }

    @Override
    public void close() {
        // holds nothing
    }
}
