package io.github.keycloakmint.mint;

import io.github.keycloakmint.kernel.Attributes;
import io.github.keycloakmint.kernel.keycloak.AdminOnlyAttribute;
import io.github.keycloakmint.kernel.keycloak.PlatformRoles;
import java.util.List;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;

/**
 * What a realm's own attributes say about minting.
 *
 * @param roleOrder platform roles, highest first ({@code mint.role-order})
 * @param legacyId the user attribute that holds the id which apps know ({@code mint.legacy-id-attribute})
 */
record MintRealm(List<String> roleOrder, Optional<String> legacyId) {

    private static final Logger LOG = Logger.getLogger(MintRealm.class);
    private static final String LEGACY_ID = "mint.legacy-id-attribute";

    /** Empty where the realm lets users edit what would grant them somebody else's id (T18): minting is off there. */
    static Optional<MintRealm> of(KeycloakSession session, RealmModel realm) {
        Attributes attributes = new Attributes("realm '" + realm.getName() + "'", realm::getAttribute);
        Optional<String> legacyId = attributes.text(LEGACY_ID);
        if (legacyId.isPresent() && !AdminOnlyAttribute.guarded(session, legacyId.get())) {
            LOG.errorf(
                    "token-for-email is off in realm '%s': users can edit attribute '%s', which %s names as their id;"
                            + " make it editable by admins only in the realm's user profile",
                    realm.getName(), legacyId.get(), LEGACY_ID);
            return Optional.empty();
        }
        return Optional.of(new MintRealm(PlatformRoles.order(realm), legacyId));
    }
}
