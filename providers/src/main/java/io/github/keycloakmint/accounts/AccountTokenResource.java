package io.github.keycloakmint.accounts;

import io.github.keycloakmint.kernel.caller.ApiKey;
import io.github.keycloakmint.kernel.caller.ApiKeys;
import io.github.keycloakmint.kernel.caller.Bearer;
import io.github.keycloakmint.kernel.caller.NoNarrowToken;
import io.github.keycloakmint.kernel.caller.ShownKey;
import io.github.keycloakmint.kernel.http.Exchange;
import io.github.keycloakmint.kernel.http.Fault;
import io.github.keycloakmint.kernel.http.Refusal;
import io.github.keycloakmint.kernel.http.Reply;
import io.github.keycloakmint.kernel.keycloak.BearerToken;
import io.github.keycloakmint.kernel.keycloak.ClientOrigins;
import io.github.keycloakmint.kernel.keycloak.OptedInClients;
import io.github.keycloakmint.kernel.limits.Limits;
import org.keycloak.events.EventType;

/**
 * {@code POST /api/accounts/{account_id}/token} (contract section 7): a token for one account and one audience, to the
 * holder of a session's token or of an API key.
 */
final class AccountTokenResource {

    Reply issue(Exchange call) {
        call.record().event(EventType.TOKEN_EXCHANGE);
        call.record().byStranger();
        AccountCaller.requireAccounts(call);
        call.cors().allow(() -> OptedInClients.origins(call.session(), call.realm(), AccountsFactory.ID));
        Limits.byAddress(call);
        BearerToken bearer = Bearer.ofFullSession(call);
        call.record().recognised();
        call.record().put("userId", bearer.user().getId());
        call.cors().allow(() -> ClientOrigins.of(call.session(), bearer.client()));
        AccountTokenRequest request = AccountTokenRequest.of(call.path("account_id"), call.json());
        Limits.byTarget(call, bearer.user().getId());
        IssueAccountToken issuing = new IssueAccountToken(call.session(), call.realm());
        try {
            AccountToken token = issuing.issue(bearer, bearer.client(), request);
            record(call, token);
            return Reply.ok(token.answer());
        } catch (NoNarrowToken refused) {
            throw refused.atTheEndpoint();
        }
    }

    /** By an API key, for its own account: the token is the key's, as at {@code /api/api-keys/token}. */
    Reply issueByKey(Exchange call) {
        call.record().event(EventType.TOKEN_EXCHANGE);
        call.record().byStranger();
        AccountCaller.requireAccounts(call);
        call.cors().allow(() -> OptedInClients.origins(call.session(), call.realm(), AccountsFactory.ID));
        Limits.byAddress(call);
        ApiKey key = ShownKey.of(call);
        requireOptedIn(key);
        call.record().recognised();
        call.cors().allow(() -> ClientOrigins.of(call.session(), key.client()));
        AccountTokenRequest request = AccountTokenRequest.of(call.path("account_id"), call.json());
        Limits.byTarget(call, key.subject().getId());
        try {
            ApiKeys.Token token = ApiKeys.of(call.session()).issue(call.realm(), key, request.of(key));
            AccountToken.Answer answer = AccountToken.Answer.of(token);
            call.record().put("accountId", answer.accountId());
            call.record().put("audience", token.audience());
            call.record().put("jti", token.issued().jti());
            return Reply.ok(answer);
        } catch (NoNarrowToken refused) {
            throw refused.atTheEndpoint();
        }
    }

    /** As of the client of a session's token (T8): that it has to do with keys says nothing about accounts. */
    private static void requireOptedIn(ApiKey key) {
        if (!OptedInClients.names(key.client(), AccountsFactory.ID)) {
            throw Refusal.of(Fault.FORBIDDEN, "client_not_opted_in");
        }
    }

    private static void record(Exchange call, AccountToken token) {
        call.record().put("accountId", token.accountId());
        call.record().put("audience", token.audience());
        call.record().put("jti", token.issued().jti());
        call.record().put("parent", token.parent());
    }
}
