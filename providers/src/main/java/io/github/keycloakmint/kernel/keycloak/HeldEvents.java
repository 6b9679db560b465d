package io.github.keycloakmint.kernel.keycloak;

import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.keycloak.events.EventBuilder;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserSessionModel;

/**
 * Takes down what Keycloak's own code says of a call, and sends nothing: the call has one record of its own, which decides
 * what is stored (T11). It is also where Keycloak's grants say that the session is there and its tokens are not yet: the
 * one moment to say what they are for.
 */
final class HeldEvents extends EventBuilder {

    private final Consumer<UserSessionModel> started;
    private @Nullable String error;
    private boolean succeeded;

    HeldEvents(RealmModel realm, KeycloakSession session, Consumer<UserSessionModel> started) {
        super(realm, session);
        this.started = started;
    }

    @Override
    public EventBuilder session(UserSessionModel session) {
        EventBuilder same = super.session(session);
        if (session != null) {
            started.accept(session);
        }
        return same;
    }

    @Override
    public void success() {
        succeeded = true;
    }

    @Override
    public void error(String error) {
        this.error = error;
    }

    @Override
    @SuppressWarnings("MissingSuperCall") // a copy of the super type would send
    public EventBuilder clone() {
        return this;
    }

    boolean succeeded() {
        return succeeded;
    }

    /** Keycloak's word for what went wrong, if something did. */
    Optional<String> failure() {
        return Optional.ofNullable(error);
    }

    Map<String, String> details() {
        return getEvent().getDetails() == null
                ? Map.of()
                : Map.copyOf(getEvent().getDetails());
    }
}
