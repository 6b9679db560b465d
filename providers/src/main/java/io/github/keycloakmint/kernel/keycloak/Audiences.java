package io.github.keycloakmint.kernel.keycloak;

import io.github.keycloakmint.kernel.Attributes;
import io.github.keycloakmint.kernel.Complaints;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;
import org.keycloak.models.ClientModel;

/** Clients that a client may have narrowed tokens for: the list {@value #AUDIENCES} of their client ids. */
public final class Audiences {

    private static final Logger LOG = Logger.getLogger(Audiences.class);

    private static final String AUDIENCES = "mint.audiences";

    private Audiences() {}

    /** The one that {@code client} asks for by its client id; empty where there is none that it may ask for. */
    public static Optional<ClientModel> find(ClientModel client, String audience) {
        return allowed(client).contains(audience) ? known(client, audience) : Optional.empty();
    }

    /** The one that {@code client} can only mean, where its list has one alone. */
    public static Optional<ClientModel> only(ClientModel client) {
        Set<String> allowed = allowed(client);
        return allowed.size() == 1 ? known(client, allowed.iterator().next()) : Optional.empty();
    }

    /** Keycloak's ids of all that {@code client} may ask for. */
    public static Set<String> ids(ClientModel client) {
        return allowed(client).stream()
                .flatMap(audience -> known(client, audience).stream())
                .map(ClientModel::getId)
                .collect(Collectors.toUnmodifiableSet());
    }

    private static Optional<ClientModel> known(ClientModel client, String audience) {
        return Optional.ofNullable(client.getRealm().getClientByClientId(audience))
                .filter(ClientModel::isEnabled)
                .filter(found -> !ReservedClients.contains(found.getClientId()));
    }

    private static Set<String> allowed(ClientModel client) {
        try {
            return new Attributes("client '" + client.getClientId() + "'", client::getAttribute).set(AUDIENCES);
        } catch (Attributes.BadAttribute e) {
            Complaints.error(LOG, client.getRealm().getId(), e.getMessage());
            return Set.of();
        }
    }
}
