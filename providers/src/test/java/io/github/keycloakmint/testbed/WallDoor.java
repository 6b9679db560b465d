package io.github.keycloakmint.testbed;

import java.util.List;
import java.util.Map;

/**
 * A door of Keycloak's that no token of the bundle opens, not even an administrator's (T3, T4). The realm has to have the
 * confidential client {@value #WIDE}, whose secret begins as its name and a dash.
 */
public record WallDoor(String method, String path) {

    public static final String WIDE = "wide";

    /** All of them, in {@code realm}; {@code userId} is somebody's there. */
    public static List<WallDoor> of(TestRealm realm, String userId) {
        String r = "/realms/" + realm.name();
        String a = "/admin/realms/" + realm.name();
        return List.of(
                new WallDoor("GET", a),
                new WallDoor("GET", a + "/users"),
                new WallDoor("POST", a + "/users"),
                new WallDoor("PUT", a + "/users/" + userId),
                new WallDoor("PUT", a + "/users/" + userId + "/reset-password"),
                new WallDoor("GET", a + "/clients"),
                new WallDoor("GET", a + "/mint/mints"),
                new WallDoor("DELETE", a + "/mint/mints/x"),
                new WallDoor("GET", a + "/mint/api-keys"),
                new WallDoor("GET", "/admin/realms"),
                new WallDoor("GET", "/admin/serverinfo"),
                new WallDoor("GET", "/admin/" + realm.name() + "/console/whoami"),
                new WallDoor("GET", r + "/account"),
                new WallDoor("POST", r + "/account"),
                new WallDoor("GET", r + "/account/credentials"),
                new WallDoor("GET", r + "/account/sessions"),
                new WallDoor("DELETE", r + "/account/sessions"),
                new WallDoor("GET", r + "/account/applications"),
                new WallDoor("GET", r + "/account/linked-accounts"),
                new WallDoor("GET", r + "/authz/protection/resource_set"),
                new WallDoor("POST", r + "/authz/protection/permission"),
                new WallDoor("GET", r + "/broker/google/token"),
                new WallDoor("POST", r + "/clients-registrations/default"),
                new WallDoor("GET", r + "/clients-registrations/default/wide"),
                new WallDoor("PUT", r + "/clients-registrations/default/wide"),
                new WallDoor("DELETE", r + "/clients-registrations/default/wide"),
                new WallDoor("POST", r + "/clients-registrations/openid-connect"),
                new WallDoor("GET", r + "/clients-registrations/openid-connect/wide"),
                new WallDoor("GET", r + "/clients-registrations/install/wide"),
                new WallDoor("POST", r + "/clients-registrations/saml2-entity-descriptor"));
    }

    public Answer knock(TestRealm realm, String bearer) {
        Http request =
                Http.request(method, realm.server().url(path)).bearer(bearer).header("Accept", "application/json");
        if (path.endsWith("saml2-entity-descriptor")) {
            request.body("application/xml", "<EntityDescriptor/>");
        } else if (!method.equals("GET")) {
            request.json(Map.of());
        }
        return request.send();
    }

    /** What a refused token is answered with there; any other status could come from behind the wall. */
    public int refused() {
        return path.contains("/authz/") ? 403 : path.contains("/broker/") ? 400 : 401;
    }
}
