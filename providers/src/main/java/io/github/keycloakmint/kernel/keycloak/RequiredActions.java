package io.github.keycloakmint.kernel.keycloak;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.RequiredActionProviderModel;
import org.keycloak.models.UserModel;
import org.keycloak.sessions.AuthenticationSessionModel;

/** What a user has to do before Keycloak lets him in. */
final class RequiredActions {

    private static final String SOMETHING = "required_action";

    private final KeycloakSession session;
    private final RealmModel realm;

    RequiredActions(KeycloakSession session, RealmModel realm) {
        this.session = session;
        this.realm = realm;
    }

    /** The one that Keycloak's pages would ask for first: the user's own and those of the attempt, in the realm's order. */
    String first(UserModel user) {
        Set<String> pending =
                Stream.concat(user.getRequiredActionsStream(), ofTheAttempt()).collect(Collectors.toSet());
        List<String> ordered = realm.getRequiredActionProvidersStream()
                .map(RequiredActionProviderModel::getAlias)
                .filter(pending::contains)
                .toList();
        return Stream.concat(ordered.stream(), pending.stream().sorted())
                .findFirst()
                .map(ChallengeName::of)
                .orElse(SOMETHING);
    }

    private Stream<String> ofTheAttempt() {
        return Optional.ofNullable(session.getContext().getAuthenticationSession())
                .map(AuthenticationSessionModel::getRequiredActions)
                .stream()
                .flatMap(Set::stream);
    }
}
