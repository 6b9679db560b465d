package io.github.keycloakmint.apikeys;

import io.github.keycloakmint.kernel.Attributes;
import io.github.keycloakmint.kernel.Complaints;
import org.jboss.logging.Logger;
import org.keycloak.models.RealmModel;

/**
 * How long a token that was made from a key lives at the most in a realm ({@value #LIFE}, seconds): it is not counted by the
 * key's rate limit.
 */
final class TokenLife {

    private static final Logger LOG = Logger.getLogger(TokenLife.class);

    private static final String LIFE = "mint.api-keys.token-life";
    private static final long SHIPPED = 3_600;
    private static final long LONGEST = 86_400;

    private TokenLife() {}

    /** A value that is none is as none: the shipped life is short. */
    static long seconds(RealmModel realm) {
        String owner = "realm '" + realm.getName() + "'";
        try {
            long seconds =
                    new Attributes(owner, realm::getAttribute).integer(LIFE, 1).orElse(SHIPPED);
            if (seconds <= LONGEST) {
                return seconds;
            }
            throw new Attributes.BadAttribute(owner, LIFE, "a whole number of at most " + LONGEST);
        } catch (Attributes.BadAttribute e) {
            Complaints.error(LOG, realm.getId(), e.getMessage());
            return SHIPPED;
        }
    }
}
