package io.github.keycloakmint.external;

import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/**
 * What a token says of its user, checked. A field that {@code changes} doesn't name is kept as it is, one that is empty
 * there is deleted.
 *
 * @param changes by field, each in the spelling that is stored
 * @param emailVerified the issuer says that the address is the user's; strictly its own claim of the token's top level
 */
record ForeignProfile(Map<ProfileField, Optional<String>> changes, boolean emailVerified) {

    ForeignProfile {
        changes = Map.copyOf(changes);
    }

    /** @throws io.github.keycloakmint.kernel.http.Refusal naming the first field that is not valid */
    static ForeignProfile of(ForeignToken token) {
        return new ProfileReader(token).read();
    }

    /** The value that {@code field} gets; empty where it is kept or deleted. */
    Optional<String> given(ProfileField field) {
        return changes.getOrDefault(field, Optional.empty());
    }

    /** The same, with {@code others} instead of its own changes where both have one. */
    ForeignProfile with(Map<ProfileField, Optional<String>> others) {
        if (others.isEmpty()) {
            return this;
        }
        Map<ProfileField, Optional<String>> all = new EnumMap<>(ProfileField.class);
        all.putAll(changes);
        all.putAll(others);
        // the issuer's word on an address is no word on the one that a mapper puts in its place
        boolean sameEmail = !others.containsKey(ProfileField.EMAIL)
                || others.get(ProfileField.EMAIL).equals(changes.get(ProfileField.EMAIL));
        return new ForeignProfile(all, emailVerified && sameEmail);
    }

    /** The same, but the user's address stays what it is. */
    ForeignProfile keepingEmail() {
        Map<ProfileField, Optional<String>> rest = new EnumMap<>(ProfileField.class);
        rest.putAll(changes);
        rest.remove(ProfileField.EMAIL);
        return new ForeignProfile(rest, false);
    }

    @Override
    public String toString() {
        return "ForeignProfile" + changes.keySet(); // personal data gets into no log by accident
    }
}
