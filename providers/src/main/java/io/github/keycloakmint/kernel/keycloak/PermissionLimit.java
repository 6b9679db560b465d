package io.github.keycloakmint.kernel.keycloak;

import io.github.keycloakmint.kernel.Attributes;
import io.github.keycloakmint.kernel.Complaints;
import java.util.Collection;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.keycloak.models.RealmModel;

/**
 * How many permissions one token, or one answer of the gateway, carries in a realm ({@value #MOST}). Servers take 8 to 16 KB
 * of headers, and what is above that fails somewhere behind the bundle, with an error that says nothing.
 */
public final class PermissionLimit {

    private static final Logger LOG = Logger.getLogger(PermissionLimit.class);

    private static final String MOST = "mint.permissions.max";
    private static final long SHIPPED = 100;

    private PermissionLimit() {}

    /** What to tell who asks for more than {@code realm} allows; empty where it is no more. */
    public static Optional<String> excess(RealmModel realm, Collection<String> permissions) {
        long most = most(realm);
        return permissions.size() <= most
                ? Optional.empty()
                : Optional.of("There are " + permissions.size() + " permissions and at most " + most
                        + " fit; name fewer, by scope where the request has one");
    }

    /** A value that is no number is as none: the shipped limit is one. */
    private static long most(RealmModel realm) {
        try {
            return new Attributes("realm '" + realm.getName() + "'", realm::getAttribute)
                    .integer(MOST, 1)
                    .orElse(SHIPPED);
        } catch (Attributes.BadAttribute e) {
            Complaints.error(LOG, realm.getId(), e.getMessage());
            return SHIPPED;
        }
    }
}
