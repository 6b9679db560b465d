package io.github.keycloakmint.kernel.keycloak;

import java.util.Optional;
import org.keycloak.models.UserModel;
import org.keycloak.models.credential.PasswordCredentialModel;

/** What tells a user's password from the one before: when it was set (T27). A hash that is renewed keeps it. */
public final class PasswordMark {

    private static final String NO_PASSWORD = "none";

    private PasswordMark() {}

    public static String of(UserModel user) {
        return stored(user).orElse(NO_PASSWORD);
    }

    /** Empty for a user without a password that Keycloak stores: of one that is kept elsewhere no change is seen. */
    public static Optional<String> stored(UserModel user) {
        return user.credentialManager()
                .getStoredCredentialsByTypeStream(PasswordCredentialModel.TYPE)
                .findFirst()
                .map(stored -> stored.getId() + '.' + stored.getCreatedDate());
    }
}
