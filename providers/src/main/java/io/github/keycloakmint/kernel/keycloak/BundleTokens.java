package io.github.keycloakmint.kernel.keycloak;

import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.UserModel;
import org.keycloak.protocol.oidc.encode.TokenContextEncoderProvider;
import org.keycloak.protocol.oidc.grants.OAuth2GrantType;
import org.keycloak.representations.AccessToken;

/** Tells a token of the bundle by its {@code jti}, which starts with the shortcut of a {@link BundleGrant} (T3). */
public final class BundleTokens {

    /** Claims that say who somebody is, which no mapper writes into a bundle token by name. */
    static final Set<String> IDENTITY = Set.of(
            "sub",
            "azp",
            "client_id",
            "preferred_username",
            "username",
            "id",
            "act",
            "may_act",
            "acr",
            "amr",
            "sid",
            "session_state",
            "cnf",
            "auth_time",
            "nonce");

    private BundleTokens() {}

    /** The grant that made the token with this {@code jti}, when it is one of ours. */
    static Optional<BundleGrant> grant(KeycloakSession session, @Nullable String jti) {
        return grantId(session, jti)
                .flatMap(type -> session.getProvider(OAuth2GrantType.class, type) instanceof BundleGrant grant
                        ? Optional.of(grant)
                        : Optional.empty());
    }

    /** Its id. */
    static Optional<String> grantId(KeycloakSession session, @Nullable String jti) {
        if (jti == null) {
            return Optional.empty();
        }
        try {
            return Optional.ofNullable(session.getProvider(TokenContextEncoderProvider.class)
                            .getTokenContextFromTokenId(jti)
                            .getGrantType())
                    .filter(type -> type.startsWith(BundleGrant.PREFIX));
        } catch (IllegalArgumentException e) {
            // Keycloak's word for a jti that is not in its own form, so it can't be one of ours either
            return Optional.empty();
        }
    }

    /** Why a token of {@code grant}, whose signature and life are good, is not accepted any more. */
    static Optional<String> objection(KeycloakSession session, BundleGrant grant, AccessToken token, UserModel user) {
        // T6: an id that was deleted and made again takes nothing that was issued before it existed
        @Nullable Long created = user.getCreatedTimestamp();
        if (created != null && token.getIat() != null && token.getIat() < created / 1000) {
            return Optional.of("issued_before_user");
        }
        if (token.getIat() != null && grant.withdrawn(session, token.getIssuedFor(), user.getId(), token.getIat())) {
            return Optional.of("withdrawn");
        }
        return grant.objection(session, token, user);
    }

    /** True for the text of a token of ours. Nothing is verified: this is for refusing, not for accepting. */
    static boolean claimsToBe(KeycloakSession session, String token) {
        return Issuers.unverified(token)
                .flatMap(claims -> grant(session, claims.getId()))
                .isPresent();
    }
}
