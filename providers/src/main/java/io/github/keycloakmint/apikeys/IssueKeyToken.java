package io.github.keycloakmint.apikeys;

import io.github.keycloakmint.kernel.caller.ApiKey;
import io.github.keycloakmint.kernel.caller.ApiKeys;
import io.github.keycloakmint.kernel.caller.NoKeyToken;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;

/** Makes tokens from keys (T34). */
@SuppressWarnings("unused")
final class IssueKeyToken {

    IssueKeyToken(KeycloakSession session, RealmModel realm) {}

    ApiKeys.Token issue(ApiKey key, ApiKeys.Ask ask) {
        throw new NoKeyToken(NoKeyToken.Reason.CLIENT);
    }
}
