package io.github.keycloakmint.kernel.keycloak;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.keycloak.representations.RefreshToken;

/**
 * Where a refresh token stands: the how-manieth of its chain, a chain being what one sign-in began. It is a claim of the
 * token, which Keycloak signs and nobody but Keycloak reads.
 *
 * @param family of the client's session: a session that is ended and begun anew under the same id is another family. Empty
 *     in tokens that were issued before the client rotated, and in offline tokens
 * @param chain the chain's first token's id
 * @param generation 0 for the first
 */
record RefreshPlace(String family, String chain, int generation) {

    private static final String CLAIM = "mint_place";
    /** Ids are base64url (SecretGenerator.generateSecureID) or a UUID. */
    private static final Pattern TEXT = Pattern.compile("([A-Za-z0-9_-]*)~([A-Za-z0-9_-]{1,100})~([0-9]{1,9})");

    /** Empty where the claim is not ours: such a token is nobody's. */
    static Optional<RefreshPlace> of(RefreshToken token) {
        @Nullable Object claim = token.getOtherClaims().get(CLAIM);
        if (claim == null) {
            return Optional.of(new RefreshPlace("", token.getId(), 0));
        }
        Matcher matcher = TEXT.matcher(claim.toString());
        return matcher.matches()
                ? Optional.of(new RefreshPlace(matcher.group(1), matcher.group(2), Integer.parseInt(matcher.group(3))))
                : Optional.empty();
    }

    RefreshPlace next() {
        return new RefreshPlace(family, chain, generation + 1);
    }

    void putInto(RefreshToken token) {
        token.getOtherClaims().put(CLAIM, family + '~' + chain + '~' + generation);
    }
}
