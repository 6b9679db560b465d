package io.github.keycloakmint.mint;

import io.github.keycloakmint.kernel.Attributes;
import io.github.keycloakmint.kernel.caller.AddressRanges;
import java.util.Set;

/**
 * What a caller's client may mint, from its {@code mint.} attributes. Attributes only narrow: the right to mint itself is
 * a role of its service account (T13).
 *
 * @param maxLifetime seconds
 * @param allowedRoles realm roles of which the user must have one; empty: any
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
                attributes.flag("mint.allow-admins"),
                attributes.flag("mint.allow-long-asymmetric"));
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

    boolean allowsRoles(Set<String> roles) {
        return roles.stream().noneMatch(deniedRoles::contains)
                && (allowedRoles.isEmpty() || roles.stream().anyMatch(allowedRoles::contains));
    }
}
