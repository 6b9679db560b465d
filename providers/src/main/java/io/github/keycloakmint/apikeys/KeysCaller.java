package io.github.keycloakmint.apikeys;

import io.github.keycloakmint.kernel.caller.Bearer;
import io.github.keycloakmint.kernel.http.Exchange;
import io.github.keycloakmint.kernel.http.Fault;
import io.github.keycloakmint.kernel.http.Refusal;
import io.github.keycloakmint.kernel.keycloak.AccountRoles;
import io.github.keycloakmint.kernel.keycloak.BearerToken;
import io.github.keycloakmint.kernel.keycloak.ClientOrigins;
import io.github.keycloakmint.kernel.keycloak.Entitlements;
import io.github.keycloakmint.kernel.keycloak.OptedInClients;
import io.github.keycloakmint.kernel.limits.Limits;
import java.util.Optional;
import org.keycloak.models.ClientModel;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;

/** A signed-in user who looks after keys, through a client that opted in to it (T8). A key is no such caller. */
record KeysCaller(UserModel user, ClientModel client) {

    /**
     * @throws Refusal 401 and 403 as {@link Bearer} has them; 403 for the token of a client that has not opted in, or for a page
     *     that is not its own
     */
    static KeysCaller of(Exchange call) {
        call.record().byStranger();
        call.cors().allow(() -> OptedInClients.origins(call.session(), call.realm(), ApiKeysCapability.ID));
        Limits.byAddress(call);
        BearerToken bearer = Bearer.ofFullSession(call);
        call.record().recognised();
        call.record().put("userId", bearer.user().getId());
        ClientModel client = OptedInClients.find(call.realm(), bearer.client().getClientId(), ApiKeysCapability.ID)
                .orElseThrow(() -> Refusal.of(Fault.FORBIDDEN, "client_not_opted_in"));
        call.cors().allow(() -> ClientOrigins.of(call.session(), client));
        return new KeysCaller(bearer.user(), client);
    }

    String id() {
        return user.getId();
    }

    /**
     * His client as a transaction of one's own sees it. What the call's session has of it may have to be read from the database
     * still, which in another transaction takes the call's own connection away.
     *
     * @throws Refusal 403 where it is gone meanwhile
     */
    ClientModel clientIn(RealmModel realm) {
        return Optional.ofNullable(realm.getClientById(client.getId()))
                .orElseThrow(() -> Refusal.of(Fault.FORBIDDEN, "client_is_gone"));
    }

    /** What he is in an account, where he is in it. */
    Optional<Entitlements.Held> in(Exchange call, String account) {
        return new Entitlements(call.session(), call.realm()).in(user, account);
    }

    /** Whether somebody with {@code role} runs the account: an owner or an admin of it. */
    static boolean runs(Optional<String> role) {
        return AccountRoles.rules(role, Optional.empty());
    }
}
