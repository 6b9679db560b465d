package io.github.keycloakmint.kernel.keycloak;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import org.keycloak.models.KeycloakContext;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.KeycloakTransactionManager;
import org.keycloak.models.RealmModel;
import org.keycloak.models.RealmProvider;

/** A request's session, and those that {@link FreshTransaction} opens beside it; each finds what its handler has. */
public final class FreshSessions {

    private final RealmModel realm;
    private final InvocationHandler beside;
    private int opened;
    private int open;

    /** @param beside answers what the fresh sessions are asked for */
    public FreshSessions(RealmModel realm, InvocationHandler beside) {
        this.realm = realm;
        this.beside = beside;
    }

    /** A request's session that has nothing to offer, so that whatever is asked of it fails. */
    public KeycloakSession request() {
        return request((self, method, arguments) -> {
            throw new AssertionError("The request's own session is asked for " + method.getName());
        });
    }

    /** @param handler answers what the request's session is asked for */
    public KeycloakSession request(InvocationHandler handler) {
        return session(handler);
    }

    /** How many sessions were opened beside the request. */
    public int opened() {
        return opened;
    }

    /** How many of them are not closed. */
    public int open() {
        return open;
    }

    public static <T> T proxy(Class<T> type, InvocationHandler handler) {
        return type.cast(Proxy.newProxyInstance(FreshSessions.class.getClassLoader(), new Class<?>[] {type}, handler));
    }

    private KeycloakSession session(InvocationHandler handler) {
        KeycloakContext context =
                proxy(KeycloakContext.class, (self, method, arguments) -> is(method, "getRealm") ? realm : null);
        KeycloakTransactionManager transactions =
                proxy(KeycloakTransactionManager.class, (self, method, arguments) -> null);
        RealmProvider realms = proxy(RealmProvider.class, (self, method, arguments) -> realm);
        KeycloakSessionFactory factory = proxy(KeycloakSessionFactory.class, (self, method, arguments) -> fresh());
        return proxy(KeycloakSession.class, (self, method, arguments) -> switch (method.getName()) {
            case "getContext" -> context;
            case "getKeycloakSessionFactory" -> factory;
            case "getTransactionManager" -> transactions;
            case "realms" -> realms;
            case "getAttribute", "setAttribute" -> null;
            default -> handler.invoke(self, method, arguments);
        });
    }

    private KeycloakSession fresh() {
        opened++;
        open++;
        return session((self, method, arguments) -> {
            if (is(method, "close")) {
                open--;
                return null;
            }
            return beside.invoke(self, method, arguments);
        });
    }

    private static boolean is(Method method, String name) {
        return method.getName().equals(name);
    }
}
