package io.github.keycloakmint.kernel.keycloak;

import java.util.Map;
import java.util.Optional;
import org.keycloak.models.FederatedIdentityModel;
import org.keycloak.models.IdentityProviderModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.UserSessionModel;

/**
 * On whose word a session was started: an identity provider, and the user's id there. It stands in the session's notes, and
 * the session is refreshed only while the provider is enabled and the link to just that id is there, by whatever door
 * (T25).
 *
 * @param provider its alias
 */
public record Voucher(String provider, String foreignId) {

    private static final String PROVIDER = "mint.voucher.provider";
    private static final String FOREIGN_ID = "mint.voucher.id";
    /** Keycloak's own note of a brokered session, which its mappers and events know (Details.IDENTITY_PROVIDER). */
    private static final String BROKER = "identity_provider";

    public static Optional<Voucher> of(UserSessionModel userSession) {
        return Optional.ofNullable(userSession.getNote(PROVIDER))
                .flatMap(provider -> Optional.ofNullable(userSession.getNote(FOREIGN_ID))
                        .map(foreignId -> new Voucher(provider, foreignId)));
    }

    Map<String, String> notes() {
        return Map.of(PROVIDER, provider, FOREIGN_ID, foreignId, BROKER, provider);
    }

    /** No query when provider and user are cached. */
    public boolean holds(KeycloakSession session, RealmModel realm, UserModel user) {
        return user.isEnabled()
                && Optional.ofNullable(session.identityProviders().getByAlias(provider))
                        .filter(IdentityProviderModel::isEnabled)
                        .isPresent()
                && Optional.ofNullable(session.users().getFederatedIdentity(realm, user, provider))
                        .map(FederatedIdentityModel::getUserId)
                        .filter(foreignId::equals)
                        .isPresent();
    }
}
