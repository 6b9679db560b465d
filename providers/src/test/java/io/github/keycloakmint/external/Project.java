package io.github.keycloakmint.external;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.keycloakmint.testbed.DemoKeys;
import io.github.keycloakmint.testbed.Json;
import io.github.keycloakmint.testbed.TestRealm;
import java.util.Map;
import java.util.function.Consumer;

/** Identity providers of type external-jwt in tests, made and edited as an admin does. */
final class Project {

    private static final String INSTANCES = "/identity-provider/instances";

    private Project() {}

    /** Trusts tokens of issuer and project {@code alias} that the demo's current key has signed. */
    static void create(TestRealm realm, String alias, Map<String, String> config) {
        ObjectNode provider = Json.object("alias", alias, "providerId", "external-jwt", "enabled", true);
        provider.withObject("/config")
                .put("issuer", alias)
                .put("projectId", alias)
                .put("currentKey", HandmadeJwt.pem(DemoKeys.pair("EXTERNAL").getPublic()))
                .put("tokenClientId", "external-users");
        config.forEach(provider.withObject("/config")::put);
        realm.post(INSTANCES, provider).expect(201);
    }

    static void update(TestRealm realm, String alias, Consumer<ObjectNode> change) {
        ObjectNode provider =
                (ObjectNode) realm.get(INSTANCES + "/" + alias).expect(200).json();
        change.accept(provider);
        realm.put(INSTANCES + "/" + alias, provider).expect(204);
    }

    static void enabled(TestRealm realm, String alias, boolean enabled) {
        update(realm, alias, provider -> provider.put("enabled", enabled));
    }

    static void config(TestRealm realm, String alias, String setting, String value) {
        update(realm, alias, provider -> provider.withObject("/config").put(setting, value));
    }

    static void mapper(TestRealm realm, String alias, String type, Map<String, String> config) {
        ObjectNode mapper = Json.object(
                "name", type, "identityProviderAlias", alias, "identityProviderMapper", type, "config", config);
        realm.post(INSTANCES + "/" + alias + "/mappers", mapper).expect(201);
    }
}
