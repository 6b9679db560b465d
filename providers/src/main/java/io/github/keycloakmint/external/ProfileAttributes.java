package io.github.keycloakmint.external;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.github.keycloakmint.kernel.keycloak.AdminOnlyAttribute;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import org.jboss.logging.Logger;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;

/** Names of the attributes that foreign users' profiles are kept in; a realm declares them in its user profile. */
final class ProfileAttributes {

    /** As the issuer gave it; the Keycloak username is another (see {@link ForeignUserId}). */
    static final String USERNAME = "foreignUsername";

    /** One spelling of all names that look like {@link #USERNAME} ({@link Texts#key}); it is what names are told by. */
    static final String USERNAME_KEY = "foreignUsernameKey";

    /** An address that the user was given without his issuer's word, see {@link ForeignEmail}. */
    static final String FOREIGN_EMAIL = "foreignEmail";

    /** As it was given, beside the first and last name that it was split into. */
    static final String FULL_NAME = "fullName";

    static final String AVATAR = "avatar";
    static final String BIO = "bio";
    /** A GeoJSON Point. */
    static final String LOCATION = "location";
    /** ISO 8601, UTC, milliseconds. */
    static final String BIRTHDATE = "birthdate";
    /** A JSON object. */
    static final String METADATA = "metadata";
    /** A JSON object that nobody but admins sees. */
    static final String SECURE_METADATA = "secureMetadata";
    /** A JSON array, see {@link Suspensions}. */
    static final String SUSPENSIONS = "suspensions";
    /** A whole number. */
    static final String REPUTATION = "reputation";
    /** Milliseconds since the epoch. */
    static final String UPDATED_AT = "profileUpdatedAt";

    /** T18: whoever could edit these would grant himself something. */
    private static final Set<String> ADMINS_TO_EDIT =
            Set.of(SUSPENSIONS, REPUTATION, SECURE_METADATA, USERNAME_KEY, FOREIGN_EMAIL);

    private static final Set<String> ADMINS_TO_VIEW = Set.of(SECURE_METADATA);

    /** Written here alone: no mapper's business. */
    static final Set<String> BOOKKEEPING = Set.of(USERNAME_KEY, FOREIGN_EMAIL, UPDATED_AT);

    private static final Logger LOG = Logger.getLogger(ProfileAttributes.class);

    /** What was complained of, by realm id and names: once a minute, not at each request. */
    private static final Cache<String, Boolean> COMPLAINTS = Caffeine.newBuilder()
            .maximumSize(1_000)
            .expireAfterWrite(Duration.ofMinutes(1))
            .build();

    private ProfileAttributes() {}

    /**
     * False where the profile of {@code realm}, the one of the session's context, lets users edit what is the admins' to
     * edit, or see what is the admins' to see: foreign users are not served there then (T18). Costs no query.
     */
    static boolean guarded(KeycloakSession session, RealmModel realm) {
        Set<String> open = new TreeSet<>(AdminOnlyAttribute.editable(session, ADMINS_TO_EDIT));
        open.addAll(AdminOnlyAttribute.visible(session, ADMINS_TO_VIEW));
        if (open.isEmpty()) {
            return true;
        }
        if (COMPLAINTS.asMap().putIfAbsent(realm.getId() + open, true) == null) {
            LOG.errorf(
                    "Realm '%s' lets users edit or view %s: external identities are off there until its user profile"
                            + " leaves these attributes to admins",
                    realm.getName(), open);
        }
        return false;
    }
}
