package io.github.keycloakmint.kernel.keycloak;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.persistence.EntityManager;
import jakarta.persistence.TypedQuery;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.keycloak.connections.jpa.JpaConnectionProvider;
import org.keycloak.models.ClientModel;
import org.keycloak.models.ClientProvider;
import org.keycloak.models.RealmModel;
import org.keycloak.models.RoleModel;
import org.keycloak.models.RoleProvider;
import org.keycloak.utils.KeycloakSessionUtil;

/** What is looked up about clients at many calls costs the request's own transaction no connection. */
class ClientLookUpsTest {

    private final String realmId = UUID.randomUUID().toString();
    private final RealmModel realm =
            FreshSessions.proxy(RealmModel.class, (self, method, arguments) -> switch (method.getName()) {
                case "getId" -> realmId;
                case "getClientById" -> client(false);
                default -> "test";
            });
    private boolean stored = true;
    private Stream<RoleModel> ownRoles = Stream.of();

    private final FreshSessions sessions =
            new FreshSessions(realm, (self, method, arguments) -> switch (method.getName()) {
                case "clients" ->
                    FreshSessions.proxy(ClientProvider.class, (clients, asked, values) -> stored ? client(true) : null);
                case "roles" -> FreshSessions.proxy(RoleProvider.class, (roles, asked, values) -> Stream.of());
                default -> jpa();
            });

    @AfterEach
    void end() {
        KeycloakSessionUtil.setKeycloakSession(null);
    }

    @Test
    void opted_in_clients_are_queried_beside_the_request_and_remembered() {
        for (int i = 0; i < 3; i++) {
            assertThat(OptedInClients.of(sessions.request(), realm, "google"))
                    .extracting(ClientModel::getClientId)
                    .containsExactly("app");
        }
        assertThat(sessions.opened()).isOne();
        assertThat(sessions.open()).isZero();
    }

    @Test
    void a_clients_own_roles_are_queried_beside_the_request_and_remembered() {
        KeycloakSessionUtil.setKeycloakSession(sessions.request());
        for (int i = 0; i < 3; i++) {
            assertThat(NarrowClient.objection(client(false))).isEmpty();
        }
        assertThat(sessions.opened()).isOne();
        assertThat(sessions.open()).isZero();
    }

    @Test
    void a_powerful_own_role_is_an_objection() {
        KeycloakSessionUtil.setKeycloakSession(sessions.request());
        ClientModel owner = FreshSessions.proxy(
                ClientModel.class,
                (self, method, arguments) -> method.getName().equals("getRealm") ? realm : "realm-management");
        ownRoles =
                Stream.of(FreshSessions.proxy(RoleModel.class, (self, method, arguments) -> switch (method.getName()) {
                    case "getContainer" -> owner;
                    case "isComposite" -> false;
                    case "hashCode" -> 1;
                    case "equals" -> self == arguments[0];
                    default -> "manage-users";
                }));
        assertThat(NarrowClient.objection(client(false)))
                .hasValueSatisfying(text -> assertThat(text).contains("manage-users"));
    }

    @Test
    void a_client_that_is_not_stored_is_not_narrow() {
        stored = false;
        KeycloakSessionUtil.setKeycloakSession(sessions.request());
        assertThat(NarrowClient.objection(client(false))).isPresent();
    }

    private ClientModel client(boolean beside) {
        return FreshSessions.proxy(ClientModel.class, (self, method, arguments) -> switch (method.getName()) {
            case "getId" -> "id";
            case "getClientId" -> "app";
            case "getRealm" -> realm;
            case "isEnabled" -> true;
            case "isFullScopeAllowed" -> false;
            case "getAttribute" -> "google";
            case "getClientScopes" -> Map.of();
            case "getScopeMappingsStream" -> Stream.of();
            case "getRolesStream" -> {
                assertThat(beside).isTrue();
                yield ownRoles;
            }
            default -> throw new UnsupportedOperationException(method.getName());
        });
    }

    private JpaConnectionProvider jpa() {
        TypedQuery<?> query = FreshSessions.proxy(
                TypedQuery.class,
                (self, method, arguments) -> method.getName().equals("getResultList") ? List.of("id") : self);
        EntityManager entities = FreshSessions.proxy(EntityManager.class, (self, method, arguments) -> query);
        return FreshSessions.proxy(JpaConnectionProvider.class, (self, method, arguments) -> entities);
    }
}
