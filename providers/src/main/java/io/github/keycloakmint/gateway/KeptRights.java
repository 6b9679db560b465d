package io.github.keycloakmint.gateway;

import io.github.keycloakmint.kernel.keycloak.Kept;
import java.util.Optional;
import java.util.function.Supplier;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;

/** What identities may do in accounts and at audiences, as this node has it. */
final class KeptRights {

    private final Kept<Question, Rights> kept = new Kept<>();

    /**
     * Begins with the realm's id (T10).
     *
     * @param account as it was asked for, by id or alias
     */
    record Question(String realmId, String userId, String account, Optional<String> audience) {

        static Question ofMember(RealmModel realm, UserModel user, String account, Optional<ClientModel> audience) {
            return new Question(realm.getId(), user.getId(), account, audience.map(ClientModel::getId));
        }
    }

    Optional<Rights> get(KeycloakSession session, Question question, Supplier<Optional<Rights>> read) {
        return kept.get(session, question, question.realmId(), read);
    }
}
