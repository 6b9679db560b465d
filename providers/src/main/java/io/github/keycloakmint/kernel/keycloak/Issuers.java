package io.github.keycloakmint.kernel.keycloak;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.keycloak.jose.jws.JWSInput;
import org.keycloak.jose.jws.JWSInputException;
import org.keycloak.representations.JsonWebToken;

/** Realms as issuers of tokens. */
public final class Issuers {

    private static final Pattern REALM = Pattern.compile(".*/realms/([^/\\p{Cntrl}]{1,255})");

    private Issuers() {}

    /** The realm that an unverified token says it is from: where to verify it, no more. */
    public static Optional<String> realmName(String token) {
        try {
            return Optional.ofNullable(new JWSInput(token)
                            .readJsonContent(JsonWebToken.class)
                            .getIssuer())
                    .map(REALM::matcher)
                    .filter(Matcher::matches)
                    .map(matcher -> matcher.group(1));
        } catch (JWSInputException e) {
            return Optional.empty();
        }
    }

    /** The client that an unverified token says it is for: whose to verify it as, no more. */
    public static Optional<String> authorizedParty(String token) {
        try {
            return Optional.ofNullable(
                    new JWSInput(token).readJsonContent(JsonWebToken.class).getIssuedFor());
        } catch (JWSInputException e) {
            return Optional.empty();
        }
    }
}
