package io.github.keycloakmint.kernel.keycloak;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.keycloak.jose.jws.JWSInput;
import org.keycloak.jose.jws.JWSInputException;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.representations.JsonWebToken;
import org.keycloak.services.Urls;
import org.keycloak.urls.UrlType;

/** Realms as issuers of tokens. */
public final class Issuers {

    private static final Pattern REALM = Pattern.compile(".*/realms/([^/\\p{Cntrl}]{1,255})");

    private Issuers() {}

    /** The realm that an unverified token says it is from: where to verify it, no more. */
    public static Optional<String> realmName(String token) {
        return unverified(token)
                .map(JsonWebToken::getIssuer)
                .map(REALM::matcher)
                .filter(Matcher::matches)
                .map(matcher -> matcher.group(1));
    }

    /** True where an unverified token says that its time is over. */
    public static boolean ended(String token) {
        return unverified(token).filter(JsonWebToken::isExpired).isPresent();
    }

    /** The payload as it was sent; empty also for a payload that is JSON's null. */
    static Optional<JsonWebToken> unverified(String token) {
        try {
            return Optional.ofNullable(new JWSInput(token).readJsonContent(JsonWebToken.class));
        } catch (JWSInputException e) {
            return Optional.empty();
        }
    }

    /**
     * True for what {@code realm} calls itself in its tokens, however it is spelled. Lenient on purpose: it serves to refuse.
     */
    public static boolean own(KeycloakSession session, RealmModel realm, String issuer) {
        return Stream.of(UrlType.FRONTEND, UrlType.BACKEND)
                .map(type -> session.getContext().getUri(type).getBaseUri())
                .map(base -> Urls.realmIssuer(base, realm.getName()))
                .anyMatch(own -> plain(own).equals(plain(issuer)));
    }

    private static String plain(String issuer) {
        String lower = issuer.strip().toLowerCase(Locale.ROOT);
        return lower.endsWith("/") ? lower.substring(0, lower.length() - 1) : lower;
    }

    /** The user that an unverified token says it is about: for a token that was made or verified just now. */
    public static Optional<String> subject(String token) {
        return unverified(token).map(JsonWebToken::getSubject);
    }

    /** The client that an unverified token says it is for: whose to verify it as, no more. */
    public static Optional<String> authorizedParty(String token) {
        return unverified(token).map(JsonWebToken::getIssuedFor);
    }
}
