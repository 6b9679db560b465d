package io.github.keycloakmint.kernel.keycloak;

import io.github.keycloakmint.kernel.UrlBase64;
import jakarta.ws.rs.core.UriBuilder;
import java.security.SecureRandom;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.keycloak.OAuth2Constants;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.protocol.oidc.OIDCAdvancedConfigWrapper;
import org.keycloak.protocol.oidc.OIDCLoginProtocol;
import org.keycloak.protocol.oidc.OIDCLoginProtocolService;
import org.keycloak.protocol.oidc.utils.RedirectUtils;
import org.keycloak.services.Urls;
import org.keycloak.services.util.ResolveRelative;
import org.keycloak.urls.UrlType;

/** Keycloak's own pages, as the place where a user does what an app can't ask him for. */
public final class HostedPage {

    private static final String CONTINUE_URL = "mint.continue-url";
    private static final SecureRandom RANDOM = new SecureRandom();

    private HostedPage() {}

    /**
     * Where {@code email}'s user signs in, does whatever is required of him, and comes back to the app at {@code
     * mint.continue-url}, else the client's home, else its first redirect address. The app gets nothing but the user
     * ({@code response_type=none}); he then signs in there as before. A client without the standard flow has no such page,
     * and its users are sent to the account console.
     */
    public static String continuing(KeycloakSession session, RealmModel realm, ClientModel client, String email) {
        return client.isStandardFlowEnabled()
                ? home(session, client)
                        .map(home -> login(session, realm, client, email, home))
                        .orElseGet(() -> account(session, realm))
                : account(session, realm);
    }

    private static String login(
            KeycloakSession session, RealmModel realm, ClientModel client, String email, String home) {
        UriBuilder page = OIDCLoginProtocolService.authUrl(
                        session.getContext().getUri(UrlType.FRONTEND).getBaseUriBuilder())
                .queryParam(OAuth2Constants.CLIENT_ID, "{client}")
                .queryParam(OAuth2Constants.RESPONSE_TYPE, "none")
                .queryParam(OAuth2Constants.SCOPE, OAuth2Constants.SCOPE_OPENID)
                .queryParam(OAuth2Constants.REDIRECT_URI, "{home}")
                .queryParam(OIDCLoginProtocol.LOGIN_HINT_PARAM, "{email}")
                // whoever else is signed in in that browser is not meant
                .queryParam(OIDCLoginProtocol.PROMPT_PARAM, OIDCLoginProtocol.PROMPT_VALUE_LOGIN);
        pkceMethod(client).ifPresent(method -> page.queryParam(OAuth2Constants.CODE_CHALLENGE_METHOD, method)
                .queryParam(OAuth2Constants.CODE_CHALLENGE, nobodysChallenge()));
        return page.build(realm.getName(), client.getClientId(), home, email).toString();
    }

    /** Keycloak wants it of a client that must use PKCE even where no code is given out (AuthorizationEndpointChecker). */
    private static Optional<String> pkceMethod(ClientModel client) {
        return Optional.ofNullable(
                        OIDCAdvancedConfigWrapper.fromClientModel(client).getPkceCodeChallengeMethod())
                .filter(method -> !method.isEmpty());
    }

    /** In the form of RFC 7636 section 4.2; there is no code that its verifier could be for. */
    private static String nobodysChallenge() {
        byte[] random = new byte[32];
        RANDOM.nextBytes(random);
        return UrlBase64.encode(random);
    }

    private static Optional<String> home(KeycloakSession session, ClientModel client) {
        return Stream.concat(
                        Stream.of(
                                        Optional.ofNullable(client.getAttribute(CONTINUE_URL)),
                                        absolute(session, client, client.getBaseUrl()),
                                        Optional.ofNullable(
                                                ResolveRelative.resolveRootUrl(session, client.getRootUrl())))
                                .flatMap(Optional::stream),
                        client.getRedirectUris().stream()
                                .sorted()
                                .map(uri -> uri.endsWith("*") ? uri.substring(0, uri.length() - 1) : uri))
                .filter(uri -> !uri.isBlank())
                .flatMap(uri -> Optional.ofNullable(RedirectUtils.verifyRedirectUri(session, uri, client)).stream())
                .findFirst();
    }

    private static Optional<String> absolute(KeycloakSession session, ClientModel client, @Nullable String url) {
        return Optional.ofNullable(url)
                .map(address -> ResolveRelative.resolveRelativeUri(session, client.getRootUrl(), address));
    }

    private static String account(KeycloakSession session, RealmModel realm) {
        return Urls.accountBase(session.getContext().getUri(UrlType.FRONTEND).getBaseUri())
                .build(realm.getName())
                .toString();
    }
}
