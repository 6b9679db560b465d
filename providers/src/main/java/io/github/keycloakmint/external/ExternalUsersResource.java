package io.github.keycloakmint.external;

import io.github.keycloakmint.kernel.http.Exchange;
import io.github.keycloakmint.kernel.http.Members;
import io.github.keycloakmint.kernel.http.Refusal;
import io.github.keycloakmint.kernel.http.Reply;
import io.github.keycloakmint.kernel.keycloak.ClientOrigins;
import io.github.keycloakmint.kernel.keycloak.SessionTokens;
import io.github.keycloakmint.kernel.limits.Limits;
import io.github.keycloakmint.kernel.session.RefreshCookie;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.keycloak.events.EventType;
import org.keycloak.models.ClientModel;

/**
 * {@code POST /auth/verify-external-user} and {@code /auth/request-new-access-token} (contract section 4). Called by pages and by servers; a cookie is set and read for an allowed page alone (T26).
 */
final class ExternalUsersResource {

    private record Verified(boolean success, String accessToken, String refreshToken, ExternalUser user) {}

    private record Refreshed(boolean success, String accessToken, ExternalUser user) {}

    private record Nothing(@Nullable ExternalUser user, @Nullable String accessToken) {}

    /** {@code {userJwt}} → tokens and user; the user is created or updated on the way. */
    Reply verify(Exchange call) {
        call.record().event(EventType.IDENTITY_PROVIDER_LOGIN);
        call.record().byStranger();
        ExternalClients clients = new ExternalClients(call.session(), call.realm());
        call.cors().allow(clients::origins);
        Limits.byAddress(call);
        String userJwt = userJwt(call.json());
        ForeignToken token = BelieveToken.of(call).believe(userJwt, Expect.any());
        ClientModel client = clients.required(token.trust());
        call.cors().allow(() -> ClientOrigins.exact(call.session(), client));
        Limits.byClient(call, client.getClientId());
        Limits.byTarget(call, token.trust().issuer(), token.foreignId());
        UpsertUser.Upserted upserted = upsert(call, client, token);
        SessionTokens.Issued issued = new ExternalSessions(call.session(), call.realm())
                .start(client, upserted.user(), token, call.address());
        ExternalUser user = ExternalUser.of(upserted.user(), token.foreignId());
        Reply reply = Reply.ok(new Verified(true, issued.accessToken(), issued.refreshToken(), user));
        return cookie(call, clients).onto(reply, token.trust().cookieName(), issued);
    }

    private static String userJwt(Members body) {
        return body.optionalTextOrNull("userJwt")
                .orElseThrow(() -> Refusal.of(ExternalError.MISSING_JWT, "missing_userJwt"));
    }

    /** From here on it is no stranger who calls; what was done to the account is recorded, whatever comes after it. */
    static UpsertUser.Upserted upsert(Exchange call, ClientModel client, ForeignToken token) {
        call.record().recognised();
        call.record().client(client.getClientId());
        call.record().put("identity_provider", token.trust().alias());
        UpsertUser.Upserted upserted = new UpsertUser(call.session(), call.realm()).upsert(token);
        call.record().user(upserted.user().getId());
        call.record().put("userId", upserted.user().getId());
        call.record().put("created", upserted.created());
        call.record().put("changed", upserted.changed());
        call.record().put("linked", upserted.linked());
        return upserted;
    }

    /** {@code {refreshToken?}} or the cookie → an access token and the user as he is now; nothing to refresh: nulls. */
    Reply refresh(Exchange call) {
        call.record().event(EventType.REFRESH_TOKEN);
        call.record().byStranger();
        ExternalClients clients = new ExternalClients(call.session(), call.realm());
        call.cors().allow(clients::origins);
        Limits.byAddress(call);
        List<String> refreshTokens = tokens(call, clients);
        return refreshTokens.isEmpty() ? Reply.ok(new Nothing(null, null)) : refreshed(call, clients, refreshTokens);
    }

    /** The one in the body, else those in cookies. */
    private static List<String> tokens(Exchange call, ExternalClients clients) {
        Members body = call.json();
        return body.optionalTextOrNull("refreshToken")
                .or(() -> body.optionalTextOrNull("refresh_token"))
                .map(List::of)
                .orElseGet(() -> cookie(call, clients).values());
    }

    private static Reply refreshed(Exchange call, ExternalClients clients, List<String> refreshTokens) {
        ExternalSessions sessions = new ExternalSessions(call.session(), call.realm());
        ExternalSessions.Vouched vouched = refreshTokens.stream()
                .flatMap(token -> sessions.vouched(token).stream())
                .findFirst()
                .orElseThrow(() -> Refusal.keeping(ExternalError.REFRESH_TOKEN_INVALID, "refresh_token"));
        call.record().recognised();
        call.record().client(vouched.client().getClientId());
        call.record().user(vouched.live().user().getId());
        call.record().put("userId", vouched.live().user().getId());
        call.cors().allow(() -> ClientOrigins.exact(call.session(), vouched.client()));
        SessionTokens.Issued issued = vouched.tokens()
                .refresh(vouched.live())
                .orElseThrow(() -> Refusal.keeping(ExternalError.REFRESH_TOKEN_INVALID, "refresh"));
        ExternalUser user = ExternalUser.of(vouched.live().user(), vouched.foreignId());
        Reply reply = Reply.ok(new Refreshed(true, issued.accessToken(), user));
        return cookie(call, clients).renewed(reply, vouched.trust().cookieName(), issued);
    }

    private static RefreshCookie cookie(Exchange call, ExternalClients clients) {
        return new RefreshCookie(call, clients::cookieNames);
    }
}
