package io.github.keycloakmint.mint;

import io.github.keycloakmint.kernel.Attributes;
import io.github.keycloakmint.kernel.caller.AddressRanges;
import io.github.keycloakmint.kernel.keycloak.PlatformRoles;
import java.util.Optional;
import java.util.Set;

/**
 * What a caller's client may mint, from its {@code mint.} attributes. Attributes only narrow: the right to mint itself is
 * a role of its service account (T13).
 *
 * @param maxLifetime seconds
 * @param allowedRoles realm roles of which the user's platform role must be one; empty: any
 * @param deniedRoles realm roles of which the user must have none
 * @param audiences that may be asked for; empty: none
 * @param allowedIps where calls may come from; empty: anywhere
 * @param requireReason whether a call must say why
 * @param waiveEmailVerified whether an unverified email will do (T17)
 * @param allowRequiredActions whether a user with open required actions will do (T19)
 * @param refuseLocked whether a temporary lockout stops minting (T19)
 * @param allowAdmins whether administrators may be minted for, where the server allows it too (T15)
 * @param allowLongAsymmetric whether a token that can be verified offline may live longer than a day (T20)
 */
record MintPolicy(
        long maxLifetime,
        Set<String> allowedRoles,
        Set<String> deniedRoles,
        Set<String> audiences,
        AddressRanges allowedIps,
        boolean requireReason,
        boolean waiveEmailVerified,
        boolean allowRequiredActions,
        boolean refuseLocked,
        boolean allowAdmins,
        boolean allowLongAsymmetric) {

    /** 30 days, as the endpoint's document has it. */
    static final long LONGEST_LIFETIME = 2_592_000;

    private static final String ALLOW_ADMINS = "mint.allow-admins";
    private static final String ALLOWED_IPS = "mint.allowed-ips";

    /** @throws Attributes.BadAttribute for a value that does not fit */
    static MintPolicy of(Attributes attributes) {
        return new MintPolicy(
                Math.min(attributes.integer("mint.max-lifetime", 1).orElse(LONGEST_LIFETIME), LONGEST_LIFETIME),
                attributes.set("mint.allowed-roles"),
                attributes.set("mint.denied-roles"),
                attributes.set("mint.audiences"),
                ranges(attributes),
                attributes.flag("mint.require-reason"),
                attributes.flag("mint.waive-email-verified"),
                attributes.flag("mint.allow-required-actions"),
                attributes.flag("mint.refuse-locked"),
                attributes.flag(ALLOW_ADMINS),
                attributes.flag("mint.allow-long-asymmetric"));
    }

    /** Only whether administrators may be minted for; a bad value is a no. */
    static boolean allowsAdmins(Attributes attributes) {
        try {
            return attributes.flag(ALLOW_ADMINS);
        } catch (Attributes.BadAttribute e) {
            return false;
        }
    }

    private static AddressRanges ranges(Attributes attributes) {
        try {
            return AddressRanges.of(attributes.set(ALLOWED_IPS));
        } catch (IllegalArgumentException e) {
            throw new Attributes.BadAttribute(attributes.owner(), ALLOWED_IPS, "a list of addresses or address ranges");
        }
    }

    boolean allowsAddress(String address) {
        return allowedIps.isEmpty() || allowedIps.contains(address);
    }

    /**
     * A denied role rules out whoever has it. Where roles are allowed, the platform role that the answer will name has to
     * be one of them, or, for a user without one, any of his roles: an administrator is no basic user because he has that
     * role as well.
     */
    boolean allows(PlatformRoles roles, Optional<String> platformRole) {
        return roles.names().stream().noneMatch(deniedRoles::contains)
                && (allowedRoles.isEmpty()
                        || platformRole.map(allowedRoles::contains).orElseGet(() -> roles.names().stream()
                                .anyMatch(allowedRoles::contains)));
    }
}
