package io.github.keycloakmint.kernel.keycloak;

import io.github.keycloakmint.kernel.caller.ApiKey;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;

/** What a key may at one audience. */
public final class KeyPermissions {

    private KeyPermissions() {}

    /**
     * Its permissions that are roles of {@code audience} and that its owner has there now (T7): a name of another client's
     * role is another permission. Sorted.
     */
    public static List<String> of(KeycloakSession session, RealmModel realm, ApiKey key, ClientModel audience) {
        Set<String> own = new HashSet<>(key.permissions());
        return held(new Entitlements(session, realm), key, audience).stream()
                .filter(own::contains)
                .toList();
    }

    private static List<String> held(Entitlements entitlements, ApiKey key, ClientModel audience) {
        return key.account()
                .map(account -> key.ofAccount()
                        ? entitlements.of(account.id(), audience)
                        : entitlements.in(key.subject(), account.id(), audience))
                .map(held -> held.map(Entitlements.Held::permissions).orElse(List.of()))
                .orElseGet(() -> entitlements.direct(key.subject(), audience));
    }
}
