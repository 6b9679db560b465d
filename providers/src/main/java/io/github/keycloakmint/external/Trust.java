package io.github.keycloakmint.external;

import java.util.Optional;
import java.util.Set;
import org.keycloak.models.IdentityProviderModel;

/**
 * What a realm's admin set for one foreign issuer: an identity provider of type {@code external-jwt}, read and checked.
 * Times in seconds.
 *
 * @param provider the identity provider as Keycloak stores it
 * @param issuer the {@code iss} that tokens must have, compared as it is
 * @param projectId of the project that the issuer speaks for; a token of another issuer name must name an audience
 * @param keys what signatures are checked with
 * @param algorithm the one algorithm that is accepted, asymmetric
 * @param audiences one of which {@code aud} must name; empty: none is asked for
 * @param longestLife from {@code iat} (or now) to {@code exp} at the most
 * @param clockSkew that {@code exp}, {@code nbf} and {@code iat} may be off
 * @param jti how often a token may be used
 * @param linking when an account that exists is linked by email
 * @param fields of a user that are taken over from tokens
 * @param clientId of the client that the tokens are for
 * @param cookieName of the refresh cookie
 * @param preset whose tokens these are
 * @param signInProviders of Firebase that are let in; empty: any
 */
record Trust(
        IdentityProviderModel provider,
        String issuer,
        String projectId,
        Keys keys,
        String algorithm,
        Set<String> audiences,
        long longestLife,
        long clockSkew,
        JtiPolicy jti,
        LinkPolicy linking,
        Set<SyncedField> fields,
        String clientId,
        String cookieName,
        Preset preset,
        Set<String> signInProviders) {

    /** Where keys come from: texts (PEM, JWK or JWK set), current first, or a URL. */
    record Keys(Optional<Text> current, Optional<Text> previous, Optional<String> jwksUrl) {

        /** @param kid that the key goes by; without one it takes any */
        record Text(String text, Optional<String> kid) {}
    }

    /** How often one token may be used. */
    enum JtiPolicy {
        /** Once where it has a {@code jti}, any number of times where it has none. */
        WHERE_PRESENT,
        /** Once; a token without a {@code jti} is refused. */
        REQUIRED
    }

    /** When a foreign user takes over an account that has his email (T22). */
    enum LinkPolicy {
        /** When the token says {@code email_verified: true} and the account's address is verified too. */
        LINK_VERIFIED,
        /** When the account's address is verified: the issuer is believed. */
        LINK_TRUSTED,
        NEVER
    }

    /** Fields of a user that may be taken over. */
    enum SyncedField {
        EMAIL,
        NAME,
        USERNAME,
        AVATAR,
        BIO,
        LOCATION,
        BIRTHDATE,
        METADATA,
        SECURE_METADATA
    }

    /** Whose tokens these are, where their rules are known. */
    enum Preset {
        GENERIC,
        GOOGLE,
        FIREBASE
    }

    String alias() {
        return provider.getAlias();
    }
}
