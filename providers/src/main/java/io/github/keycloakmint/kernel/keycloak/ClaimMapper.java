package io.github.keycloakmint.kernel.keycloak;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.keycloak.models.AuthenticatedClientSessionModel;
import org.keycloak.models.ClientSessionContext;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.ProtocolMapperModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.UserSessionModel;
import org.keycloak.protocol.oidc.mappers.AbstractOIDCProtocolMapper;
import org.keycloak.protocol.oidc.mappers.OIDCAccessTokenMapper;
import org.keycloak.protocol.oidc.mappers.OIDCAttributeMapperHelper;
import org.keycloak.protocol.oidc.mappers.OIDCIDTokenMapper;
import org.keycloak.protocol.oidc.mappers.TokenIntrospectionTokenMapper;
import org.keycloak.protocol.oidc.mappers.UserInfoTokenMapper;
import org.keycloak.provider.ProviderConfigProperty;
import org.keycloak.representations.AccessToken;
import org.keycloak.representations.IDToken;

/**
 * A protocol mapper for OpenID Connect that puts one value about the user under one claim, in the kinds of token that the
 * admin chooses. A room extends it and says which; the claim's name is fixed, since an app reads it by that name.
 */
public abstract class ClaimMapper extends AbstractOIDCProtocolMapper
        implements OIDCAccessTokenMapper, OIDCIDTokenMapper, UserInfoTokenMapper, TokenIntrospectionTokenMapper {

    /** What the token says that is being introspected. */
    private static final String INTROSPECTED = ClaimMapper.class.getName();

    private final String claim;
    private final List<ProviderConfigProperty> properties;

    /** Introspection can't answer for what the token is about: it is not active any more. */
    public static final class NoMore extends RuntimeException {
        private static final long serialVersionUID = 1L;

        public NoMore(String reason) {
            super(reason, null, false, false);
        }
    }

    private record Introspected(AccessToken token) {}

    /** Says that it is of no account, as tokens of users without one do. A new one for each: a token can be written to. */
    private static AccessToken ofNoAccount() {
        AccessToken token = new AccessToken();
        token.setOtherClaims("account_id", null);
        return token;
    }

    /** Mappers that {@code work} runs look for no account: the token that they are for says of which one it is. */
    static AccessToken withoutAccounts(KeycloakSession session, Supplier<AccessToken> work) {
        return introspecting(session, ofNoAccount(), work);
    }

    /** Mappers that {@code work} runs can ask for {@link #introspected}. */
    static AccessToken introspecting(KeycloakSession session, AccessToken token, Supplier<AccessToken> work) {
        session.setAttribute(INTROSPECTED, new Introspected(token));
        try {
            return work.get();
        } finally {
            session.removeAttribute(INTROSPECTED);
        }
    }

    /** The token as it was issued, where the claim is worked out for an introspection of it. */
    protected static Optional<AccessToken> introspected(KeycloakSession session) {
        return Optional.ofNullable(session.getAttribute(INTROSPECTED, Introspected.class))
                .map(Introspected::token);
    }

    protected ClaimMapper(String claim) {
        this.claim = claim;
        List<ProviderConfigProperty> choices = new ArrayList<>();
        OIDCAttributeMapperHelper.addIncludeInTokensConfig(choices, getClass());
        this.properties = List.copyOf(choices);
    }

    /**
     * The claim's value, of types that become JSON; empty: no claim. May throw {@link NoMore} in an introspection.
     *
     * @param clientSession that the token is for, with its notes and its user session
     */
    protected abstract Optional<Object> value(
            KeycloakSession session, UserModel user, AuthenticatedClientSessionModel clientSession);

    @Override
    protected final void setClaim(
            IDToken token,
            ProtocolMapperModel mapper,
            UserSessionModel userSession,
            KeycloakSession session,
            ClientSessionContext clientSession) {
        value(session, userSession.getUser(), clientSession.getClientSession())
                .ifPresent(value -> token.getOtherClaims().put(claim, value));
    }

    @Override
    public final List<ProviderConfigProperty> getConfigProperties() {
        return properties;
    }

    @Override
    public final String getDisplayCategory() {
        return TOKEN_MAPPER_CATEGORY;
    }
}
