package io.github.keycloakmint.mint;

import io.github.keycloakmint.kernel.Attributes;
import io.github.keycloakmint.kernel.caller.Secret;
import io.github.keycloakmint.kernel.http.Exchange;
import io.github.keycloakmint.kernel.http.Members;
import io.github.keycloakmint.kernel.http.Refusal;
import io.github.keycloakmint.kernel.keycloak.ClientAuthentication;
import io.github.keycloakmint.kernel.keycloak.ClientSecrets;
import io.github.keycloakmint.kernel.keycloak.NarrowClient;
import io.github.keycloakmint.kernel.keycloak.ReservedClients;
import io.github.keycloakmint.kernel.keycloak.TokenIssuer;
import jakarta.ws.rs.core.HttpHeaders;
import java.util.List;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.keycloak.models.ClientModel;
import org.keycloak.models.RealmModel;
import org.keycloak.models.RoleModel;
import org.keycloak.models.UserModel;

/**
 * Finds out which upstream service calls: by the shared secret, by {@code client_secret_basic}, or by a client assertion
 * in the body. One of them exactly; everything else is the same 401.
 */
final class MintCallers {

    private static final Logger LOG = Logger.getLogger(MintCallers.class);

    /** The bundle's own client and its role: who has this role on his service account may mint (T13). */
    static final String BUNDLE_CLIENT = "keycloak-mint";

    static final String MINT_ROLE = "mint-tokens";

    private static final String SHARED_SECRET_CLIENT = "mint.shared-secret-client";

    private final MintSettings settings;

    MintCallers(MintSettings settings) {
        this.settings = settings;
    }

    MintCaller require(Exchange call) {
        boolean header = !call.headers(settings.secretHeader()).isEmpty();
        boolean authorization = !call.headers(HttpHeaders.AUTHORIZATION).isEmpty();
        Optional<Members> assertion =
                call.peek().filter(body -> body.has("client_assertion") || body.has("client_assertion_type"));
        int credentials = (header ? 1 : 0) + (authorization ? 1 : 0) + (assertion.isPresent() ? 1 : 0);
        if (credentials != 1) {
            throw unauthorized(credentials == 0 ? "no_credentials" : "two_credentials");
        }
        if (header) {
            return admit(call, sharedSecretClient(call));
        }
        MintCaller caller =
                admit(call, assertion.isPresent() ? assertedClient(call, assertion.get()) : basicClient(call));
        requireStrongSecret(call, caller.client());
        return caller;
    }

    private ClientModel sharedSecretClient(Exchange call) {
        List<String> sent = call.headers(settings.secretHeader());
        boolean matches = sent.size() == 1 && settings.matches(sent.get(0));
        if (!matches || !settings.acceptsSecretIn(call.realm().getName())) {
            throw unauthorized("secret");
        }
        return Optional.ofNullable(call.realm().getAttribute(SHARED_SECRET_CLIENT))
                .map(call.realm()::getClientByClientId)
                .orElseThrow(() -> unauthorized("no_shared_secret_client"));
    }

    private static ClientModel basicClient(Exchange call) {
        List<String> sent = call.headers(HttpHeaders.AUTHORIZATION);
        if (sent.size() != 1 || !sent.get(0).regionMatches(true, 0, "Basic ", 0, 6)) {
            throw unauthorized("authorization_scheme");
        }
        return ClientAuthentication.basic(call.session()).orElseThrow(() -> unauthorized("client_credentials"));
    }

    private static ClientModel assertedClient(Exchange call, Members body) {
        Optional<String> type = body.lenientText("client_assertion_type");
        Optional<String> value = body.lenientText("client_assertion");
        if (type.isEmpty() || value.isEmpty()) {
            throw unauthorized("client_assertion");
        }
        return ClientAuthentication.assertion(
                        call.session(), new ClientAuthentication.Assertion(type.get(), value.get()))
                .orElseThrow(() -> unauthorized("client_assertion"));
    }

    /** Everything that must be true of a client before it may mint, whichever way it came in. */
    private static MintCaller admit(Exchange call, ClientModel client) {
        call.record().client(client.getClientId());
        try {
            Attributes attributes = new Attributes("client '" + client.getClientId() + "'", client::getAttribute);
            if (!optedIn(client, attributes)) {
                throw unauthorized("client_not_opted_in");
            }
            UserModel account = serviceAccount(call, client);
            requireNarrow(client);
            MintPolicy policy = policy(call, client, attributes);
            if (!policy.allowsAddress(call.address())) {
                throw unauthorized("address");
            }
            return new MintCaller(client, account, policy);
        } catch (Attributes.BadAttribute e) {
            LOG.error(e.getMessage());
            throw unauthorized("bad_attribute");
        }
    }

    private static UserModel serviceAccount(Exchange call, ClientModel client) {
        return Optional.ofNullable(call.session().users().getServiceAccount(client))
                .filter(UserModel::isEnabled)
                .filter(user -> holdsMintRole(call.realm(), user))
                .orElseThrow(() -> unauthorized("mint_role_missing"));
    }

    private static void requireNarrow(ClientModel client) {
        NarrowClient.objection(client).ifPresent(objection -> {
            LOG.errorf("Client '%s' can't mint: %s", client.getClientId(), objection);
            throw unauthorized("client_too_wide");
        });
    }

    private static MintPolicy policy(Exchange call, ClientModel client, Attributes attributes) {
        MintPolicy policy = MintPolicy.of(attributes);
        requireKnownRoles(call.realm(), policy, attributes);
        if (TokenIssuer.signing(call.session(), client) == TokenIssuer.Signing.OTHER) {
            throw new Attributes.BadAttribute(
                    attributes.owner(), "access.token.signed.response.alg", "HS256 or an asymmetric algorithm");
        }
        return policy;
    }

    /** T14: a client's secret is under the same rule as the shared one. Asked last, so that no stranger fills the log. */
    private static void requireStrongSecret(Exchange call, ClientModel client) {
        if (!ClientSecrets.all(call.session(), client, Secret::usable)) {
            LOG.errorf(
                    "Client '%s' has a secret too weak to mint with (fewer than %d characters, or an example)",
                    client.getClientId(), Secret.SHORTEST);
            throw unauthorized("weak_client_secret");
        }
    }

    /** A name that is no role is a mistake, and among denied roles one that would let everybody through. */
    private static void requireKnownRoles(RealmModel realm, MintPolicy policy, Attributes attributes) {
        if (!policy.deniedRoles().stream().allMatch(role -> realm.getRole(role) != null)) {
            throw new Attributes.BadAttribute(attributes.owner(), "mint.denied-roles", "a list of realm roles");
        }
        if (!policy.allowedRoles().stream().allMatch(role -> realm.getRole(role) != null)) {
            throw new Attributes.BadAttribute(attributes.owner(), "mint.allowed-roles", "a list of realm roles");
        }
    }

    private static boolean optedIn(ClientModel client, Attributes attributes) {
        return client.isEnabled()
                && !client.isPublicClient()
                && !client.isBearerOnly()
                && client.isServiceAccountsEnabled()
                && !ReservedClients.contains(client.getClientId())
                && attributes.set("mint.capabilities").contains(TokenForEmailFactory.ID);
    }

    /** A direct mapping: a composite could be made by somebody who manages clients alone. */
    private static boolean holdsMintRole(RealmModel realm, UserModel account) {
        @Nullable ClientModel bundle = realm.getClientByClientId(BUNDLE_CLIENT);
        @Nullable RoleModel role = bundle == null ? null : bundle.getRole(MINT_ROLE);
        return role != null && account.hasDirectRole(role);
    }

    private static Refusal unauthorized(String cause) {
        return Refusal.of(MintError.UNAUTHORIZED, cause);
    }
}
