package io.github.keycloakmint.external;

import io.github.keycloakmint.kernel.keycloak.ClaimMapper;
import java.time.Instant;
import java.util.Optional;
import org.keycloak.common.util.Time;
import org.keycloak.models.AuthenticatedClientSessionModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.UserModel;

/** Puts a user's active suspensions into tokens, where an admin adds it to a client or a scope. */
public final class SuspensionsClaim extends ClaimMapper {

    /** A token travels in headers, which servers bound: a user is as suspended by five as by a hundred. */
    private static final int MOST = 5;

    private static final int LONGEST_REASON = 100;

    static final String ID = "mint-active-suspensions-mapper";

    public SuspensionsClaim() {
        super("suspensions");
    }

    @Override
    public String getId() {
        return ID;
    }

    @Override
    public String getDisplayType() {
        return "Active suspensions";
    }

    @Override
    public String getHelpText() {
        return "Adds the claim \"suspensions\": a list of the user's suspensions that hold when the token is made, each with"
                + " reason, startDate and endDate. Empty for a user who is not suspended. Five at most, reasons cut at 100 characters. Tokens are not called back: give"
                + " them a short life, or introspect them, where a suspension must take effect at once.";
    }

    /** No claim at all where users could edit the attribute: an empty list would be a promise (T18). */
    @Override
    protected Optional<Object> value(
            KeycloakSession session, UserModel user, AuthenticatedClientSessionModel clientSession) {
        if (!ProfileAttributes.guarded(session, session.getContext().getRealm())) {
            return Optional.empty();
        }
        Instant now = Instant.ofEpochMilli(Time.currentTimeMillis());
        return Optional.of(StoredJson.plain(Suspensions.of(user).active(now).stream()
                .limit(MOST)
                .map(SuspensionsClaim::shortened)
                .toList()));
    }

    private static Suspensions.Shown shortened(Suspensions.Shown shown) {
        return shown.reason().length() <= LONGEST_REASON
                ? shown
                : new Suspensions.Shown(
                        shown.reason().substring(0, LONGEST_REASON) + "…", shown.startDate(), shown.endDate());
    }
}
