package io.github.keycloakmint.kernel.keycloak;

import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.keycloak.models.KeycloakSession;
import org.keycloak.representations.userprofile.config.UPAttribute;
import org.keycloak.representations.userprofile.config.UPConfig;
import org.keycloak.userprofile.UserProfileConstants;
import org.keycloak.userprofile.UserProfileProvider;

/** Attributes that grant something must be the admins' alone to edit (T18). */
public final class AdminOnlyAttribute {

    private AdminOnlyAttribute() {}

    /** True when no user can edit his own {@code attribute} in the realm of the session's context. */
    public static boolean guarded(KeycloakSession session, String attribute) {
        UPConfig profile = session.getProvider(UserProfileProvider.class).getConfiguration();
        @Nullable UPAttribute declared = profile.getAttribute(attribute);
        if (declared == null) {
            return profile.getUnmanagedAttributePolicy() != UPConfig.UnmanagedAttributePolicy.ENABLED;
        }
        @Nullable
        Set<String> editors = declared.getPermissions() == null
                ? null
                : declared.getPermissions().getEdit();
        return editors == null || Set.of(UserProfileConstants.ROLE_ADMIN).containsAll(editors);
    }
}
