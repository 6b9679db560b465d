package io.github.keycloakmint.access;

import io.github.keycloakmint.kernel.http.AllowedOrigins;
import io.github.keycloakmint.kernel.http.Refusal;
import io.github.keycloakmint.kernel.keycloak.OptedInClients;
import org.keycloak.models.ClientModel;
import org.keycloak.models.RealmModel;

/** The clients that this room works for: each opts in per capability (T8) and is narrow (T3). */
final class AccessClients {

    private AccessClients() {}

    /** @throws Refusal 400, the same for a client that is unknown, disabled, not opted in, too wide or Keycloak's own */
    static ClientModel required(RealmModel realm, String clientId, String capability) {
        return OptedInClients.find(realm, clientId, capability)
                .orElseThrow(() -> Refusal.badInput("`client_id` is not known", "unknown_client"));
    }

    /** Origins of every client that has opted in to {@code capability}, for calls that have named none yet. */
    static AllowedOrigins origins(String capability) {
        return (session, realm) -> OptedInClients.origins(session, realm, capability);
    }
}
