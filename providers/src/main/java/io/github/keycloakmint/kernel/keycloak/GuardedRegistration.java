package io.github.keycloakmint.kernel.keycloak;

import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.keycloak.OAuthErrorException;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.services.ErrorResponseException;
import org.keycloak.services.clientregistration.ErrorCodes;

/**
 * What the bundle adds to Keycloak's client registration endpoints. They verify bearer tokens on their own and don't ask
 * {@link BundleGrant#isTokenAllowed}, so a token of ours is refused here (T3). And {@code mint.} attributes are an
 * admin's to set, not those of whoever holds a registration access token (T13).
 */
final class GuardedRegistration {

    /** Above every provider that Keycloak ships. */
    static final int ORDER = 100;

    private static final String ATTRIBUTES = "mint.";

    private GuardedRegistration() {}

    /** @throws ErrorResponseException 401 when any {@code Authorization} header of the request holds a bundle token */
    static void refuseBundleTokens(KeycloakSession session) {
        @Nullable
        List<String> headers =
                session.getContext().getHttpRequest().getHttpHeaders().getRequestHeader(HttpHeaders.AUTHORIZATION);
        for (String header : Objects.requireNonNullElse(headers, List.<String>of())) {
            String token = header.substring(header.indexOf(' ') + 1).trim();
            if (BundleTokens.claimsToBe(session, token)) {
                throw new ErrorResponseException(
                        OAuthErrorException.INVALID_TOKEN, "Failed decode token", Response.Status.UNAUTHORIZED);
            }
        }
    }

    /** The bundle's attributes of a client as they are now. */
    static Map<String, String> attributes(Optional<ClientModel> client) {
        return client.map(ClientModel::getAttributes).orElse(Map.of()).entrySet().stream()
                .filter(attribute -> attribute.getKey().startsWith(ATTRIBUTES))
                .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    /**
     * Compares after Keycloak did its work, because it authenticates in the middle of it: to compare before would tell a
     * stranger the values. The exception undoes the work.
     *
     * @throws ErrorResponseException 400 when the request changed an attribute of the bundle
     */
    static void refuseChange(Map<String, String> before, Optional<ClientModel> after) {
        if (!attributes(after).equals(before)) {
            throw new ErrorResponseException(
                    ErrorCodes.INVALID_CLIENT_METADATA,
                    "Attributes that start with mint. are set by administrators",
                    Response.Status.BAD_REQUEST);
        }
    }
}
