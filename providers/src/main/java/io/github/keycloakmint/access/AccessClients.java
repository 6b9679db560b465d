package io.github.keycloakmint.access;

import io.github.keycloakmint.kernel.http.AllowedOrigins;
import io.github.keycloakmint.kernel.http.Refusal;
import io.github.keycloakmint.kernel.keycloak.ClientOrigins;
import io.github.keycloakmint.kernel.keycloak.OptedInClients;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.keycloak.models.ClientModel;
import org.keycloak.models.RealmModel;

/** The clients that this room works for: each opts in per capability (T8) and is narrow (T3). */
final class AccessClients {

    /** Whose sessions are refreshed at {@code /auth/refresh}: started by password, at sign-up, or by a Google ID token. */
    static final Set<String> REFRESHED = Set.of(SignInFactory.ID, "sign-up", "google");

    /** Whose forms take a csrf token. */
    static final Set<String> CSRF = Set.of(SignInFactory.ID, "sign-up");

    private AccessClients() {}

    /** @throws Refusal 400, the same for a client that is unknown, disabled, not opted in, too wide or Keycloak's own */
    static ClientModel required(RealmModel realm, String clientId, String capability) {
        return OptedInClients.find(realm, clientId, capability).orElseThrow(AccessClients::unknown);
    }

    /** As {@link #required}, and one that takes passwords: without direct grants, or with consent, it is as unknown. */
    static ClientModel requiredForPasswords(RealmModel realm, String clientId) {
        return requiredForPasswords(realm, clientId, SignInFactory.ID);
    }

    static ClientModel requiredForPasswords(RealmModel realm, String clientId, String capability) {
        return OptedInClients.find(realm, clientId, capability)
                .filter(ClientModel::isDirectAccessGrantsEnabled)
                .filter(client -> !client.isConsentRequired())
                .orElseThrow(AccessClients::unknown);
    }

    /** One whose sessions are refreshed here. */
    static Optional<ClientModel> refreshed(RealmModel realm, String clientId) {
        return optedInToAny(realm, clientId, REFRESHED);
    }

    /** One that has a form that takes a csrf token; refused as {@link #required} does. */
    static ClientModel requiredForCsrf(RealmModel realm, String clientId) {
        return optedInToAny(realm, clientId, CSRF).orElseThrow(AccessClients::unknown);
    }

    private static Optional<ClientModel> optedInToAny(RealmModel realm, String clientId, Set<String> capabilities) {
        return capabilities.stream()
                .flatMap(capability -> OptedInClients.find(realm, clientId, capability).stream())
                .findFirst();
    }

    /** Exact origins of every client that has opted in to {@code capability}, for calls that have named none yet. */
    static AllowedOrigins origins(String capability) {
        return origins(Set.of(capability));
    }

    static AllowedOrigins origins(Set<String> capabilities) {
        return (session, realm) -> ClientOrigins.exact(readers(capabilities).of(session, realm));
    }

    /** As {@link #origins}, for calls without cookies: {@code *} may be among them. */
    static AllowedOrigins readers(Set<String> capabilities) {
        return (session, realm) -> capabilities.stream()
                .flatMap(capability -> OptedInClients.origins(session, realm, capability).stream())
                .collect(Collectors.toUnmodifiableSet());
    }

    private static Refusal unknown() {
        return Refusal.badInput("`client_id` is not known", "unknown_client");
    }
}
