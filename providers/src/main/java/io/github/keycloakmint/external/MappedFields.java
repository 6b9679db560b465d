package io.github.keycloakmint.external;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.github.keycloakmint.kernel.http.Refusal;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.keycloak.models.RealmModel;

/**
 * What a provider's mappers make of fields of the profile. The claims behind it are the issuer's, so it is held to the
 * fields' rules like all that he sends; but a user isn't kept out for a mapper that an admin has set up wrongly: what
 * doesn't fit is left out, and the admin is told.
 */
final class MappedFields {

    private static final Logger LOG = Logger.getLogger(MappedFields.class);

    /** What was complained of, by realm id, provider and field: once a minute, not at each request. */
    private static final Cache<String, Boolean> COMPLAINTS = Caffeine.newBuilder()
            .maximumSize(1_000)
            .expireAfterWrite(Duration.ofMinutes(1))
            .build();

    private final RealmModel realm;
    private final String alias;
    private final Map<ProfileField, Optional<String>> fields = new EnumMap<>(ProfileField.class);

    MappedFields(RealmModel realm, String alias) {
        this.realm = realm;
        this.alias = alias;
    }

    /** @param value empty: the field is deleted */
    void take(ProfileField field, Optional<String> value) {
        try {
            fields.put(field, ProfileRules.mapped(field, value));
        } catch (Refusal invalid) {
            // the field stays as it is; its value is personal, and gets into no log
            if (COMPLAINTS.asMap().putIfAbsent(realm.getId() + ' ' + alias + ' ' + field, true) == null) {
                LOG.warnf(
                        "Realm '%s': a mapper of identity provider '%s' makes a value that is not valid of '%s', so"
                                + " it is not stored",
                        realm.getName(), alias, field.attribute());
            }
        }
    }

    Map<ProfileField, Optional<String>> taken() {
        return fields;
    }
}
