package io.github.keycloakmint.gateway;

import io.github.keycloakmint.kernel.keycloak.OptedInClients;
import io.github.keycloakmint.kernel.keycloak.ReservedClients;
import org.keycloak.models.ClientModel;

/** Clients whose tokens and keys the gateway takes: those that name {@code gateway} in {@code mint.capabilities} (T8). */
final class GatewayClients {

    private GatewayClients() {}

    static boolean contain(ClientModel client) {
        return client.isEnabled()
                && !ReservedClients.contains(client.getClientId())
                && OptedInClients.names(client, GatewayFactory.ID);
    }
}
