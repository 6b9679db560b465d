package io.github.keycloakmint.external;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.github.keycloakmint.kernel.http.Exchange;
import io.github.keycloakmint.kernel.http.Members;
import io.github.keycloakmint.kernel.http.Refusal;
import io.github.keycloakmint.kernel.http.Reply;
import io.github.keycloakmint.kernel.keycloak.ClientOrigins;
import io.github.keycloakmint.kernel.keycloak.SessionTokens;
import io.github.keycloakmint.kernel.limits.Limits;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.keycloak.events.EventType;
import org.keycloak.models.ClientModel;

/**
 * {@code POST /auth/verify-external-user}, {@code /auth/request-new-access-token} and {@code /auth/sign-out} (contract
 * section 4). Called by pages and by servers; a cookie is set and read for an allowed page alone (T26).
 */
final class ExternalUsersResource {

    private record Verified(boolean success, String accessToken, String refreshToken, ExternalUser user) {}

    @JsonInclude(JsonInclude.Include.ALWAYS)
    private record Refreshed(boolean success, @Nullable String accessToken, @Nullable ExternalUser user) {}

    /** {@code {userJwt}} → tokens and user; the user is created or updated on the way. */
    Reply verify(Exchange call) {
        call.record().event(EventType.IDENTITY_PROVIDER_LOGIN);
        ExternalClients clients = new ExternalClients(call.session(), call.realm());
        call.cors().allow(clients.origins());
        Limits.byAddress(call);
        String userJwt = userJwt(call.json());
        ForeignToken token = BelieveToken.of(call).believe(userJwt, Expect.any());
        ClientModel client = clients.required(token.trust());
        call.cors().allow(ClientOrigins.of(call.session(), client));
        Limits.byTarget(call, token.trust().issuer() + ' ' + token.foreignId());
        UpsertUser.Upserted upserted = new UpsertUser(call.session(), call.realm()).upsert(token);
        SessionTokens.Issued issued = new ExternalSessions(call.session(), call.realm())
                .start(client, upserted.user(), token, call.address());
        record(call, client, token, upserted);
        ExternalUser user = ExternalUser.of(upserted.user(), token.foreignId());
        Reply reply = Reply.ok(new Verified(true, issued.accessToken(), issued.refreshToken(), user));
        return new RefreshCookie(call).onto(reply, token.trust().cookieName(), issued);
    }

    private static String userJwt(Members body) {
        return body.optionalText("userJwt").orElseThrow(() -> Refusal.of(ExternalError.MISSING_JWT, "missing_userJwt"));
    }

    static void record(Exchange call, ClientModel client, ForeignToken token, UpsertUser.Upserted upserted) {
        call.record().client(client.getClientId());
        call.record().user(upserted.user().getId());
        call.record().put("userId", upserted.user().getId());
        call.record().put("identity_provider", token.trust().alias());
        call.record().put("created", upserted.created());
        call.record().put("changed", upserted.changed());
    }

    /** {@code {refreshToken?}} or the cookie → an access token and the user as he is now; nothing to refresh: nulls. */
    Reply refresh(Exchange call) {
        call.record().event(EventType.REFRESH_TOKEN);
        ExternalClients clients = new ExternalClients(call.session(), call.realm());
        call.cors().allow(clients.origins());
        Limits.byAddress(call);
        RefreshCookie cookie = new RefreshCookie(call);
        Optional<String> refreshToken =
                call.json().optionalTextOrNull("refreshToken").or(() -> cookie.value(clients));
        return refreshToken
                .map(token -> refreshed(call, token))
                .orElseGet(() -> Reply.ok(new Refreshed(false, null, null)));
    }

    private static Reply refreshed(Exchange call, String refreshToken) {
        ExternalSessions.Vouched vouched = new ExternalSessions(call.session(), call.realm())
                .vouched(refreshToken)
                .orElseThrow(() -> Refusal.keeping(ExternalError.REFRESH_TOKEN_INVALID, "refresh_token"));
        call.cors().allow(ClientOrigins.of(call.session(), vouched.client()));
        SessionTokens.Issued issued = vouched.tokens()
                .refresh(vouched.live())
                .orElseThrow(() -> Refusal.keeping(ExternalError.REFRESH_TOKEN_INVALID, "refresh"));
        call.record().client(vouched.client().getClientId());
        call.record().user(vouched.live().user().getId());
        call.record().put("userId", vouched.live().user().getId());
        ExternalUser user = ExternalUser.of(vouched.live().user(), vouched.foreignId());
        Reply reply = Reply.ok(new Refreshed(true, issued.accessToken(), user));
        return new RefreshCookie(call).renewed(reply, vouched.trust().cookieName(), issued);
    }

    /** {@code {refreshToken?, refresh_token?}} or the cookie: its session ends, if there is one. 204 always. */
    Reply signOut(Exchange call) {
        call.record().event(EventType.LOGOUT);
        ExternalClients clients = new ExternalClients(call.session(), call.realm());
        call.cors().allow(clients.origins());
        Limits.byAddress(call);
        Members body = call.json();
        RefreshCookie cookie = new RefreshCookie(call);
        ExternalSessions sessions = new ExternalSessions(call.session(), call.realm());
        body.optionalTextOrNull("refreshToken")
                .or(() -> body.optionalTextOrNull("refresh_token"))
                .or(() -> cookie.value(clients))
                .ifPresent(token -> call.record().put("ended", sessions.end(token)));
        return cookie.cleared(Reply.noContent(), clients);
    }
}
