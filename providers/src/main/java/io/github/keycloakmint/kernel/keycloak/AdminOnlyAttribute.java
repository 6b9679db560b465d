package io.github.keycloakmint.kernel.keycloak;

import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.keycloak.models.KeycloakSession;
import org.keycloak.representations.userprofile.config.UPAttribute;
import org.keycloak.representations.userprofile.config.UPAttributePermissions;
import org.keycloak.representations.userprofile.config.UPConfig;
import org.keycloak.userprofile.UserProfileConstants;
import org.keycloak.userprofile.UserProfileProvider;

/**
 * Attributes that grant something must be the admins' alone to edit (T18), and some to view. Keycloak keeps a realm's
 * parsed profile in memory and hands out copies, so asking costs no query (DeclarativeUserProfileProvider).
 */
public final class AdminOnlyAttribute {

    private AdminOnlyAttribute() {}

    /** True when no user can edit his own {@code attribute} in the realm of the session's context. */
    public static boolean guarded(KeycloakSession session, String attribute) {
        return editable(session, Set.of(attribute)).isEmpty();
    }

    /** Those of {@code attributes} that users can edit in the realm of the session's context. */
    public static Set<String> editable(KeycloakSession session, Set<String> attributes) {
        return open(session, attributes, UPAttributePermissions::getEdit);
    }

    /** Those of {@code attributes} that users can see in the realm of the session's context. */
    public static Set<String> visible(KeycloakSession session, Set<String> attributes) {
        // who may edit may view (DeclarativeUserProfileProvider.createViewAllowedPredicate)
        Set<String> visible = open(session, attributes, UPAttributePermissions::getView);
        return visible.isEmpty() ? editable(session, attributes) : visible;
    }

    private static Set<String> open(
            KeycloakSession session,
            Set<String> attributes,
            Function<UPAttributePermissions, @Nullable Set<String>> permission) {
        UPConfig profile = session.getProvider(UserProfileProvider.class).getConfiguration();
        Predicate<String> closed = attribute -> {
            @Nullable UPAttribute declared = profile.getAttribute(attribute);
            if (declared == null) {
                // undeclared attributes are users' to view and edit under this one policy
                return profile.getUnmanagedAttributePolicy() != UPConfig.UnmanagedAttributePolicy.ENABLED;
            }
            @Nullable
            Set<String> allowed =
                    declared.getPermissions() == null ? null : permission.apply(declared.getPermissions());
            return allowed == null || Set.of(UserProfileConstants.ROLE_ADMIN).containsAll(allowed);
        };
        return attributes.stream().filter(closed.negate()).collect(Collectors.toUnmodifiableSet());
    }
}
