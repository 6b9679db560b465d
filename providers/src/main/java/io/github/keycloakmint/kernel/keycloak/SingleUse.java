package io.github.keycloakmint.kernel.keycloak;

import java.util.Optional;
import org.keycloak.models.KeycloakSession;

/** Remembers token ids on all nodes, at once and whether or not the request's transaction commits. */
public interface SingleUse {

    /** True for exactly one of all who ask. */
    boolean claim(String key, long seconds);

    boolean claimed(String key);

    /** Gives back what was claimed, before its time. */
    void release(String key);

    static SingleUse of(KeycloakSession session) {
        return new SingleUse() {
            /**
             * In a transaction of its own: with the feature {@code stateless} Keycloak keeps these in the database
             * (JpaSingleUseObjectProvider), and a refusal later on would give the id back.
             */
            @Override
            public boolean claim(String key, long seconds) {
                return FreshTransaction.insist(() -> FreshTransaction.run(
                        session, fresh -> fresh.singleUseObjects().putIfAbsent(key, seconds)));
            }

            @Override
            public boolean claimed(String key) {
                return session.singleUseObjects().contains(key);
            }

            @Override
            public void release(String key) {
                FreshTransaction.insist(() -> FreshTransaction.run(
                        session,
                        fresh -> Optional.ofNullable(fresh.singleUseObjects().remove(key))));
            }
        };
    }
}
