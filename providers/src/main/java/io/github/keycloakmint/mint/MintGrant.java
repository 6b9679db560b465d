package io.github.keycloakmint.mint;

import io.github.keycloakmint.kernel.Attributes;
import io.github.keycloakmint.kernel.keycloak.AdminStanding;
import io.github.keycloakmint.kernel.keycloak.BundleGrant;
import java.util.Optional;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.representations.AccessToken;

/** Marks tokens of token-for-email. */
final class MintGrant extends BundleGrant {

    static final String ID = PREFIX + "token-for-email";

    private final MintSettings settings;

    MintGrant(MintSettings settings) {
        this.settings = settings;
    }

    /** A user who has become an administrator since is treated as he would be at minting (T15). */
    @Override
    public Optional<String> objection(KeycloakSession session, AccessToken token, UserModel user) {
        RealmModel realm = session.getContext().getRealm();
        boolean allowed = settings.allowAdmins()
                && Optional.ofNullable(realm.getClientByClientId(token.getIssuedFor()))
                        .map(MintGrant::allowsAdmins)
                        .orElse(false);
        return !allowed && AdminStanding.isAdmin(session, realm, user)
                ? Optional.of("subject_is_administrator")
                : Optional.empty();
    }

    @Override
    public boolean withdrawn(KeycloakSession session, String clientId, String userId, long issuedAt) {
        return new Watermarks(session, session.getContext().getRealm()).cover(clientId, userId, issuedAt);
    }

    private static boolean allowsAdmins(ClientModel client) {
        return MintPolicy.allowsAdmins(new Attributes("client '" + client.getClientId() + "'", client::getAttribute));
    }
}
