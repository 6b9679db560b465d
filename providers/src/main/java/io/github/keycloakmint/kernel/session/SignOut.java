package io.github.keycloakmint.kernel.session;

import io.github.keycloakmint.kernel.Capability;
import io.github.keycloakmint.kernel.CapabilityFactory;
import io.github.keycloakmint.kernel.http.Area;
import io.github.keycloakmint.kernel.http.Endpoint;
import io.github.keycloakmint.kernel.http.Exchange;
import io.github.keycloakmint.kernel.http.Fault;
import io.github.keycloakmint.kernel.http.Members;
import io.github.keycloakmint.kernel.http.PlainErrors;
import io.github.keycloakmint.kernel.http.Reply;
import io.github.keycloakmint.kernel.keycloak.ClientOrigins;
import io.github.keycloakmint.kernel.keycloak.Issuers;
import io.github.keycloakmint.kernel.keycloak.OptedInClients;
import io.github.keycloakmint.kernel.keycloak.ReservedClients;
import io.github.keycloakmint.kernel.keycloak.SessionTokens;
import io.github.keycloakmint.kernel.limits.Limits;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.keycloak.events.EventType;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;

/**
 * {@code POST /auth/sign-out} (contract section 6): one door for the sessions of every capability that starts some, offered
 * by each of them. What is sent ends, if it is anything; the answer never says whether it was.
 */
public final class SignOut {

    private static final List<String> MEMBERS = List.of("refresh_token", "refreshToken");

    private SignOut() {}

    public static Endpoint endpoint() {
        return new Endpoint(
                Area.AUTH,
                "sign-out",
                "sign-out",
                Map.of("POST", SignOut::signOut),
                PlainErrors.SHAPE,
                PlainErrors.SHAPE.of(Fault.NOT_FOUND),
                SignOut::origins);
    }

    /** {@code {refresh_token | refreshToken}} or the cookie: its session ends, if there is one. 204 whatever it is. */
    private static Reply signOut(Exchange call) {
        call.record().event(EventType.LOGOUT);
        call.record().byStranger();
        call.cors().allow(() -> origins(call.session(), call.realm()));
        Limits.byAddress(call);
        RefreshCookie cookie = new RefreshCookie(call, () -> cookieNames(call));
        tokens(call.anyJson(), cookie).forEach(token -> end(call, token));
        return cookie.cleared(Reply.noContent());
    }

    /** The one in the body, else those in cookies. */
    private static List<String> tokens(Optional<Members> body, RefreshCookie cookie) {
        return body.flatMap(members -> MEMBERS.stream()
                        .flatMap(name -> members.lenientText(name).stream())
                        .filter(text -> !text.isEmpty())
                        .findFirst())
                .map(List::of)
                .orElseGet(cookie::values);
    }

    /** The token is verified as one of the client that it says it is for; a page ends sessions of its own client alone. */
    private static void end(Exchange call, String token) {
        Issuers.authorizedParty(token)
                .flatMap(clientId -> client(call, clientId))
                .ifPresent(client -> {
                    call.cors().allow(() -> ClientOrigins.of(call.session(), client));
                    new SessionTokens(call.session(), call.realm(), client)
                            .end(token)
                            .ifPresent(user -> record(call, client, user));
                });
    }

    private static void record(Exchange call, ClientModel client, UserModel user) {
        call.record().recognised();
        call.record().client(client.getClientId());
        call.record().user(user.getId());
        call.record().put("userId", user.getId());
    }

    /** However wide or disabled it has become since: its sessions can be ended. */
    private static Optional<ClientModel> client(Exchange call, String clientId) {
        return Optional.ofNullable(call.realm().getClientByClientId(clientId))
                .filter(client -> !ReservedClients.contains(client.getClientId()))
                .filter(client -> capabilities(call.session())
                        .flatMap(capability -> capability.startsSessions().stream())
                        .anyMatch(name -> OptedInClients.names(client, name)));
    }

    private static Set<String> origins(KeycloakSession session, RealmModel realm) {
        return capabilities(session)
                .flatMap(capability -> capability.startsSessions().stream())
                .distinct()
                .flatMap(name -> OptedInClients.origins(session, realm, name).stream())
                .collect(Collectors.toUnmodifiableSet());
    }

    private static Set<String> cookieNames(Exchange call) {
        return capabilities(call.session())
                .flatMap(capability -> capability.refreshCookies(call.session(), call.realm()).stream())
                .collect(Collectors.toUnmodifiableSet());
    }

    private static Stream<CapabilityFactory> capabilities(KeycloakSession session) {
        return session.getKeycloakSessionFactory()
                .getProviderFactoriesStream(Capability.class)
                .map(CapabilityFactory.class::cast);
    }
}
