package io.github.keycloakmint.keys;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.keycloakmint.testbed.Answer;
import io.github.keycloakmint.testbed.Json;
import io.github.keycloakmint.testbed.TestRealm;
import java.util.List;
import java.util.Map;

/** Key providers of a realm, by the admin API that kcadm.sh calls too. */
final class Keys {

    private final TestRealm realm;

    Keys(TestRealm realm) {
        this.realm = realm;
    }

    /** Enabled; {@code active} says whether it may sign. Returns its id. */
    String add(String provider, String algorithm, int priority, boolean active) {
        Answer answer = realm.post(
                "/components",
                Json.object(
                        "name",
                        "rotated-" + algorithm + "-" + priority,
                        "providerId",
                        provider,
                        "providerType",
                        "org.keycloak.keys.KeyProvider",
                        "config",
                        Map.of(
                                "algorithm",
                                List.of(algorithm),
                                "keySize",
                                List.of("2048"),
                                "priority",
                                List.of(Integer.toString(priority)),
                                "enabled",
                                List.of("true"),
                                "active",
                                List.of(Boolean.toString(active)))));
        String location = answer.expect(201).header("Location").orElseThrow();
        return location.substring(location.lastIndexOf('/') + 1);
    }

    void set(String id, String option, String value) {
        ObjectNode component =
                (ObjectNode) realm.get("/components/" + id).expect(200).json();
        component.withObject("/config").putArray(option).add(value);
        realm.put("/components/" + id, component).expect(204);
    }

    void delete(String id) {
        realm.delete("/components/" + id).expect(204);
    }

    /** The provider of the key that signs with {@code algorithm} now. */
    String signing(String algorithm) {
        JsonNode keys = realm.get("/keys").expect(200).json();
        String kid = keys.path("active").path(algorithm).asText();
        for (JsonNode key : keys.path("keys")) {
            if (key.path("kid").asText().equals(kid)) {
                return key.path("providerId").asText();
            }
        }
        throw new AssertionError("no key signs with " + algorithm);
    }
}
