package io.github.keycloakmint.apikeys;

import io.github.keycloakmint.kernel.CapabilityFactory;
import io.github.keycloakmint.kernel.CapabilitySpi;
import io.github.keycloakmint.kernel.Options;
import io.github.keycloakmint.kernel.caller.ApiKeys;
import io.github.keycloakmint.kernel.http.Area;
import io.github.keycloakmint.kernel.http.Endpoint;
import io.github.keycloakmint.kernel.http.Fault;
import io.github.keycloakmint.kernel.http.Handler;
import io.github.keycloakmint.kernel.http.PlainErrors;
import io.github.keycloakmint.kernel.keycloak.OptedInClients;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.keycloak.Config;

/**
 * Plugs API keys in. Its options are described in {@link KeySettings}; a client opts in by naming {@value #ID} in {@code
 * mint.capabilities}.
 */
public final class ApiKeysCapability implements CapabilityFactory {

    static final String ID = ApiKeys.CAPABILITY;

    private Optional<KeySettings> settings = Optional.empty();
    private Optional<KeysOfNode> node = Optional.empty();

    @Override
    public void init(Config.Scope config) {
        KeySettings read = KeySettings.of(new Options(CapabilitySpi.NAME, ID, config));
        settings = Optional.of(read);
        node = Optional.of(new KeysOfNode(new KeyForm(read.env())));
    }

    @Override
    public List<Endpoint> endpoints() {
        KeysResource keys = new KeysResource(node());
        KeyResource key = new KeyResource(node());
        KeysAdminResource admin = new KeysAdminResource(node());
        return List.of(
                // before keys by their id, of which none is so short
                endpoint("api-keys/token", Map.of("POST", new KeyTokenResource()::issue)),
                endpoint("api-keys", Map.of("GET", keys::list, "POST", keys::create)),
                endpoint("api-keys/{id}", Map.of("GET", key::show, "PATCH", key::edit, "DELETE", key::end)),
                endpoint("api-keys/{id}/rotate", Map.of("POST", key::rotate)),
                new Endpoint(
                        Area.ADMIN, "api-keys", ID, Map.of("GET", admin::list), PlainErrors.SHAPE, Fault.NOT_FOUND),
                new Endpoint(
                        Area.ADMIN,
                        "api-keys/{id}",
                        ID,
                        Map.of("GET", admin::show, "PATCH", admin::enable, "DELETE", admin::end),
                        PlainErrors.SHAPE,
                        Fault.NOT_FOUND));
    }

    private static Endpoint endpoint(String path, Map<String, Handler> methods) {
        return new Endpoint(
                Area.API,
                path,
                ID,
                methods,
                PlainErrors.SHAPE,
                PlainErrors.SHAPE.of(Fault.NOT_FOUND),
                (session, realm) -> OptedInClients.origins(session, realm, ID));
    }

    @Override
    public boolean active() {
        return settings().active();
    }

    @Override
    public String getId() {
        return ID;
    }

    KeySettings settings() {
        return settings.orElseThrow();
    }

    KeysOfNode node() {
        return node.orElseThrow();
    }
}
