package io.github.keycloakmint.kernel;

import io.github.keycloakmint.kernel.http.Endpoint;
import java.util.List;
import java.util.Set;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.RealmModel;
import org.keycloak.provider.ProviderFactory;

/**
 * What a room implements to plug into the bundle: its endpoints, under an id that is also the name of its options
 * ({@code --spi-mint-capability--<id>--<option>}).
 */
public interface CapabilityFactory extends ProviderFactory<Capability> {

    /** The endpoints of this capability. Asked after {@code init}, more than once. */
    List<Endpoint> endpoints();

    /** False when an admin switched this capability off with {@code active=false}. */
    boolean active();

    /** What a client opts in to (T8) so that sessions with it are started here: those that sign-out ends. */
    default Set<String> startsSessions() {
        return Set.of();
    }

    /** Names of the cookies that keep refresh tokens of this capability's sessions in {@code realm}. */
    default Set<String> refreshCookies(KeycloakSession session, RealmModel realm) {
        return Set.of();
    }

    @Override
    default Capability create(KeycloakSession session) {
        return new Capability();
    }

    @Override
    default void postInit(KeycloakSessionFactory factory) {
        // most capabilities need nothing here
    }

    @Override
    default void close() {
        // most capabilities hold nothing
    }
}
