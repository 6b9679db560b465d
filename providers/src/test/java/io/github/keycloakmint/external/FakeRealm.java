package io.github.keycloakmint.external;

import jakarta.persistence.EntityManager;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.keycloak.connections.jpa.JpaConnectionProvider;
import org.keycloak.credential.CredentialModel;
import org.keycloak.models.ClientModel;
import org.keycloak.models.Constants;
import org.keycloak.models.FederatedIdentityModel;
import org.keycloak.models.IdentityProviderStorageProvider;
import org.keycloak.models.KeycloakContext;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.RoleModel;
import org.keycloak.models.SubjectCredentialManager;
import org.keycloak.models.UserModel;
import org.keycloak.models.UserProvider;

/** A realm of a few users in memory, as much of it as the upsert asks for. */
final class FakeRealm {

    final List<FakeUser> users = new ArrayList<>();
    /** Of methods that ask the database for credentials or links. */
    int costly;

    final RealmModel realm = fake(RealmModel.class, Map.of("getId", a -> "realm-1", "getName", a -> "test"));

    final KeycloakSession session = fake(
            KeycloakSession.class,
            Map.of(
                    "users", a -> fake(UserProvider.class, directory()),
                    "getContext", a -> fake(KeycloakContext.class, Map.of("getRealm", b -> realm())),
                    "identityProviders", a -> fake(IdentityProviderStorageProvider.class, Map.of()),
                    "getProvider",
                            a -> fake(
                                    JpaConnectionProvider.class,
                                    Map.of("getEntityManager", b -> fake(EntityManager.class, Map.of())))));

    private RealmModel realm() {
        return realm;
    }

    /** The one that was created for the user of {@link Tokens}. */
    FakeUser created() {
        return user(ForeignUserId.of(realm, Tokens.of("{}").trust().provider(), "42"))
                .linked("external-project", "42");
    }

    FakeUser user(String id) {
        FakeUser user = new FakeUser(id);
        users.add(user);
        return user;
    }

    private Map<String, Function<Object[], Object>> directory() {
        Map<String, Function<Object[], Object>> methods = new HashMap<>();
        methods.put(
                "getUserByUsername",
                a -> one(user -> a[1].toString().toLowerCase(Locale.ROOT).equals(user.username)));
        methods.put("getUserByEmail", a -> one(user -> a[1].equals(user.email)));
        methods.put(
                "getUserByFederatedIdentity",
                a -> one(user -> user.links.stream()
                        .anyMatch(link -> link.getUserId().equals(((FederatedIdentityModel) a[1]).getUserId()))));
        methods.put("searchForUserByUserAttributeStream", a -> users.stream()
                .filter(user -> Objects.equals(a[2], user.attributes.get(a[1])))
                .map(FakeUser::model));
        methods.put("getFederatedIdentitiesStream", a -> {
            costly++;
            return known((UserModel) a[1]).links.stream();
        });
        methods.put("getFederatedIdentity", a -> known((UserModel) a[1]).links.stream()
                .filter(link -> link.getIdentityProvider().equals(a[2]))
                .findFirst()
                .orElse(null));
        return methods;
    }

    private FakeUser known(UserModel model) {
        return users.stream()
                .filter(user -> user.id.equals(model.getId()))
                .findFirst()
                .orElseThrow();
    }

    private Object one(java.util.function.Predicate<FakeUser> which) {
        return users.stream().filter(which).findFirst().map(FakeUser::model).orElse(null);
    }

    /** A user, changed by the model that he gives. */
    final class FakeUser {
        final String id;
        String username;
        String email;
        boolean verified;
        boolean admin;
        int writes;
        final Map<String, String> attributes = new HashMap<>();
        final List<String> requiredActions = new ArrayList<>();
        final List<FederatedIdentityModel> links = new ArrayList<>();
        final List<CredentialModel> credentials = new ArrayList<>();

        FakeUser(String id) {
            this.id = id;
            this.username = "name-" + id;
        }

        FakeUser linked(String alias, String foreignId) {
            links.add(new FederatedIdentityModel(alias, foreignId, foreignId));
            return this;
        }

        FakeUser email(String address, boolean isVerified) {
            email = address;
            verified = isVerified;
            return this;
        }

        FakeUser attribute(String name, String value) {
            attributes.put(name, value);
            return this;
        }

        FakeUser credential(String type) {
            CredentialModel credential = new CredentialModel();
            credential.setType(type);
            credentials.add(credential);
            return this;
        }

        FakeUser admin() {
            admin = true;
            return this;
        }

        String foreignEmail() {
            return attributes.get("foreignEmail");
        }

        UserModel model() {
            Map<String, Function<Object[], Object>> methods = new HashMap<>();
            methods.put("getId", a -> id);
            methods.put("getUsername", a -> username);
            methods.put("isEnabled", a -> true);
            methods.put("getEmail", a -> email);
            methods.put("isEmailVerified", a -> verified);
            methods.put("getFirstAttribute", a -> attributes.get(a[0]));
            methods.put("getAttributeStream", a -> Stream.ofNullable(attributes.get(a[0])));
            methods.put("getRequiredActionsStream", a -> requiredActions.stream());
            methods.put("getRoleMappingsStream", a -> admin ? Stream.of(administrator()) : Stream.empty());
            methods.put("setEmail", a -> write(() -> email = (String) a[0]));
            methods.put("setEmailVerified", a -> write(() -> verified = (Boolean) a[0]));
            methods.put("setSingleAttribute", a -> write(() -> attributes.put((String) a[0], (String) a[1])));
            methods.put("removeAttribute", a -> write(() -> attributes.remove(a[0])));
            methods.put(
                    "credentialManager",
                    a -> fake(SubjectCredentialManager.class, Map.of("getStoredCredentialsStream", b -> {
                        costly++;
                        return credentials.stream();
                    })));
            return fake(UserModel.class, methods);
        }

        private Object write(Runnable change) {
            writes++;
            change.run();
            return Optional.empty();
        }
    }

    private static RoleModel administrator() {
        ClientModel owner = fake(ClientModel.class, Map.of("getClientId", a -> Constants.REALM_MANAGEMENT_CLIENT_ID));
        return fake(
                RoleModel.class, Map.of("getId", a -> "r", "getName", a -> "manage-users", "getContainer", a -> owner));
    }

    /** What is not among {@code methods} answers nothing: false, no element, null. */
    private static <T> T fake(Class<T> type, Map<String, Function<Object[], Object>> methods) {
        return type.cast(
                Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (self, method, arguments) -> {
                    Object[] given = arguments == null ? new Object[0] : arguments;
                    Function<Object[], Object> known = methods.get(method.getName());
                    if (known != null) {
                        Object answer = known.apply(given);
                        return method.getReturnType() == void.class ? null : answer;
                    }
                    return switch (method.getName()) {
                        case "equals" -> self == given[0];
                        case "hashCode" -> System.identityHashCode(self);
                        default -> nothing(method.getReturnType());
                    };
                }));
    }

    private static Object nothing(Class<?> type) {
        if (type == boolean.class) {
            return false;
        }
        if (type == int.class) {
            return 0;
        }
        return type == Stream.class ? Stream.empty() : null;
    }
}
