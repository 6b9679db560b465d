package io.github.keycloakmint.accounts;

import io.github.keycloakmint.kernel.caller.Bearer;
import io.github.keycloakmint.kernel.http.Exchange;
import io.github.keycloakmint.kernel.http.Fault;
import io.github.keycloakmint.kernel.http.Refusal;
import io.github.keycloakmint.kernel.keycloak.AccountDirectory;
import io.github.keycloakmint.kernel.keycloak.AccountRoles;
import io.github.keycloakmint.kernel.keycloak.BearerToken;
import io.github.keycloakmint.kernel.keycloak.ClientOrigins;
import io.github.keycloakmint.kernel.keycloak.OptedInClients;
import io.github.keycloakmint.kernel.limits.Limits;
import java.util.Optional;
import java.util.Set;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;

/** A signed-in user who looks after his accounts, through a client that opted in to it (T8). */
record AccountCaller(UserModel user, ClientModel client) {

    /** In {@code mint.capabilities} of a client. */
    private static final String CAPABILITY = "accounts";

    /**
     * @throws Refusal 404 where the realm has no accounts; 401 and 403 as {@link Bearer} has them; 403 for the token of another
     *     client, or its page
     */
    static AccountCaller of(Exchange call) {
        call.record().byStranger();
        requireAccounts(call);
        call.cors().allow(() -> origins(call.session(), call.realm()));
        Limits.byAddress(call);
        BearerToken bearer = Bearer.ofFullSession(call);
        call.record().recognised();
        call.record().put("userId", bearer.user().getId());
        ClientModel client = OptedInClients.find(call.realm(), bearer.client().getClientId(), CAPABILITY)
                .orElseThrow(() -> Refusal.of(Fault.FORBIDDEN, "client_not_opted_in"));
        call.cors().allow(() -> ClientOrigins.of(call.session(), client));
        return new AccountCaller(bearer.user(), client);
    }

    /** @throws Refusal 404 where the realm has its organizations switched off, as where the capability is */
    static void requireAccounts(Exchange call) {
        if (!call.realm().isOrganizationsEnabled()) {
            throw Refusal.of(Fault.NOT_FOUND, "organizations_off");
        }
    }

    static Set<String> origins(KeycloakSession session, RealmModel realm) {
        return OptedInClients.origins(session, realm, CAPABILITY);
    }

    /**
     * The id of the path's account, where the caller owns it or helps to run it: for reading, since changes ask again while
     * they hold its row.
     *
     * @throws Refusal 403, the same for an account that is not there, disabled, not the caller's, or not his to run
     */
    String runs(Exchange call) {
        AccountDirectory accounts = new AccountDirectory(call.session(), call.realm());
        String account = Input.inPath(call, "id")
                .flatMap(name -> accounts.find(name, id()))
                .orElseThrow(HeldAccount::notTheirs);
        call.record().put("accountId", account);
        if (!AccountRoles.rules(accounts.roleIn(account, id()), Optional.empty())) {
            throw Refusal.of(Fault.FORBIDDEN, "role");
        }
        return account;
    }

    String id() {
        return user.getId();
    }
}
