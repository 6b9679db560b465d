package io.github.keycloakmint.mint;

import io.github.keycloakmint.kernel.keycloak.AdminStanding;
import io.github.keycloakmint.kernel.keycloak.PlatformIndex.Platform;
import io.github.keycloakmint.kernel.keycloak.PlatformRoles;
import io.github.keycloakmint.kernel.keycloak.UserDirectory;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.OrganizationModel;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.organization.OrganizationProvider;
import org.keycloak.services.managers.BruteForceProtector;

/**
 * Whether a caller may have a token for a user. Every rule is evaluated for every call, in the same order, whether or not
 * an earlier one has failed and even when there is no such user (then for the caller's own service account), so that
 * refusals are about the same work; what is left of the difference the {@code Door} evens out (T16).
 */
final class Eligibility {

    private final KeycloakSession session;
    private final RealmModel realm;
    private final MintSettings settings;
    private final MintRealm mintRealm;
    private final MintCaller caller;

    Eligibility(
            KeycloakSession session, RealmModel realm, MintSettings settings, MintRealm mintRealm, MintCaller caller) {
        this.session = session;
        this.realm = realm;
        this.settings = settings;
        this.mintRealm = mintRealm;
        this.caller = caller;
    }

    /** What was found out about the user; {@code denial} is empty where he may be minted for. */
    record Verdict(Optional<String> denial, PlatformRoles roles, Object id) {}

    Verdict judge(UserDirectory.Found found, Optional<Platform> platform) {
        UserModel user = found.user().orElse(caller.serviceAccount());
        MintPolicy policy = caller.policy();
        PlatformRoles roles = PlatformRoles.of(user);
        Optional<String> legacyId = legacyId(user);
        List<String> denials = new ArrayList<>();
        denyIf(found.ambiguous(), "duplicate_email", denials);
        denyIf(found.user().isEmpty(), "unknown_email", denials);
        denyIf(!onPlatform(user, platform), "other_platform", denials);
        denyIf(!user.isEnabled(), "user_disabled", denials);
        denyIf(user.getServiceAccountClientLink() != null, "service_account", denials);
        denyIf(!user.isEmailVerified() && !policy.waiveEmailVerified(), "unverified_email", denials);
        denyIf(
                user.getRequiredActionsStream().findAny().isPresent() && !policy.allowRequiredActions(),
                "required_actions",
                denials);
        denyIf(locked(user) && policy.refuseLocked(), "locked", denials);
        denyIf(!policy.allows(roles, roles.highest(mintRealm.roleOrder())), "role_policy", denials);
        boolean admin = AdminStanding.isAdmin(session, realm, user);
        denyIf(admin && !(settings.allowAdmins() && policy.allowAdmins()), "administrator", denials);
        denyIf(mintRealm.legacyId().isPresent() && legacyId.isEmpty(), "legacy_id", denials);
        Object id = legacyId.map(Eligibility::integerWhereItIsOne).orElseGet(user::getId);
        return new Verdict(denials.stream().findFirst(), roles, id);
    }

    private static void denyIf(boolean applies, String denial, List<String> denials) {
        if (applies) {
            denials.add(denial);
        }
    }

    private boolean onPlatform(UserModel user, Optional<Platform> platform) {
        return platform.filter(claim -> claim.realmId().equals(realm.getId()))
                .map(claim -> claim.organizationId()
                        .map(organization -> member(organization, user))
                        .orElse(true))
                .orElse(false);
    }

    private boolean member(String organizationId, UserModel user) {
        OrganizationProvider organizations = session.getProvider(OrganizationProvider.class);
        Optional<OrganizationModel> organization = Optional.ofNullable(organizations.getById(organizationId));
        return organization.map(known -> organizations.isMember(known, user)).orElse(false);
    }

    private boolean locked(UserModel user) {
        return realm.isBruteForceProtected()
                && session.getProvider(BruteForceProtector.class).isTemporarilyDisabled(session, realm, user);
    }

    /** Present where the realm has legacy ids, this user has exactly one, and nobody else has the same (T18). */
    private Optional<String> legacyId(UserModel user) {
        if (mintRealm.legacyId().isEmpty()) {
            return Optional.empty();
        }
        String attribute = mintRealm.legacyId().get();
        List<String> values = user.getAttributeStream(attribute)
                .filter(value -> !value.isBlank())
                .limit(2)
                .toList();
        String value = values.size() == 1 ? values.get(0) : UUID.randomUUID().toString();
        boolean unique = new UserDirectory(session, realm).unique(attribute, value);
        return values.size() == 1 && unique ? Optional.of(value) : Optional.empty();
    }

    /** 2^53 - 1 is the largest whole number that every JSON reader keeps exact (RFC 8259 section 6). */
    private static Object integerWhereItIsOne(String value) {
        if (value.matches("0|-?[1-9]\\d{0,15}")) {
            long number = Long.parseLong(value);
            if (Math.abs(number) < 1L << 53) {
                return number;
            }
        }
        return value;
    }
}
