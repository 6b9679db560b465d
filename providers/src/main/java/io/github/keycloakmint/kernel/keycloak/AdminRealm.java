package io.github.keycloakmint.kernel.keycloak;

import org.keycloak.Config;
import org.keycloak.models.RealmModel;

/** The realm of the server's own administrators, master as shipped. */
public final class AdminRealm {

    /** Read once: it can't change while the server runs, and reading configuration is a visible part of a short request. */
    private static final String NAME = Config.getAdminRealm();

    private AdminRealm() {}

    public static boolean is(RealmModel realm) {
        return realm.getName().equals(NAME);
    }
}
