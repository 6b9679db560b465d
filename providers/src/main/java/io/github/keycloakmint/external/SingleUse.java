package io.github.keycloakmint.external;

import org.keycloak.models.KeycloakSession;
import org.keycloak.models.SingleUseObjectProvider;

/** Remembers token ids on all nodes, at once and whether or not the transaction commits. */
interface SingleUse {

    /** True for exactly one of all who ask. */
    boolean claim(String key, long seconds);

    boolean claimed(String key);

    static SingleUse of(KeycloakSession session) {
        SingleUseObjectProvider objects = session.singleUseObjects();
        return new SingleUse() {
            @Override
            public boolean claim(String key, long seconds) {
                return objects.putIfAbsent(key, seconds);
            }

            @Override
            public boolean claimed(String key) {
                return objects.contains(key);
            }
        };
    }
}
