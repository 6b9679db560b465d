package io.github.keycloakmint.gateway;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.github.keycloakmint.kernel.caller.ApiKey;
import io.github.keycloakmint.kernel.keycloak.RightsChanges;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import org.keycloak.models.ClientModel;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;

/**
 * What users may do in their accounts, as this node read it within the last three seconds and since the last change that it
 * made itself: a change on another node is seen that late at most. What somebody has not is not kept.
 */
final class KeptRights {

    private static final int MOST = 10_000;
    private static final int SECONDS = 3;

    /**
     * Begins with the realm's id (T10).
     *
     * @param who the user, or the key
     * @param account as it was asked for, by id or alias; of a key, which has its own, empty
     */
    record Question(String realmId, boolean ofKey, String who, String account, Optional<String> audience) {

        static Question ofMember(RealmModel realm, UserModel user, String account, Optional<ClientModel> audience) {
            return new Question(realm.getId(), false, user.getId(), account, audience.map(ClientModel::getId));
        }

        static Question ofKey(RealmModel realm, ApiKey key, ClientModel audience) {
            return new Question(realm.getId(), true, key.id(), "", Optional.of(audience.getId()));
        }
    }

    private record Kept(Rights rights, long epoch) {}

    private final Cache<Question, Kept> kept = Caffeine.newBuilder()
            .maximumSize(MOST)
            .expireAfterWrite(Duration.ofSeconds(SECONDS))
            .build();

    Optional<Rights> get(RealmModel realm, Question question, Supplier<Optional<Rights>> read) {
        long epoch = RightsChanges.epoch(realm.getId());
        Kept known = kept.getIfPresent(question);
        if (known != null && known.epoch() == epoch) {
            return Optional.of(known.rights());
        }
        // not under the cache's lock, where one slow reading would hold up others
        Optional<Rights> found = read.get();
        found.ifPresentOrElse(rights -> kept.put(question, new Kept(rights, epoch)), () -> kept.invalidate(question));
        return found;
    }
}
