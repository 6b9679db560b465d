package io.github.keycloakmint.access;

import io.github.keycloakmint.kernel.http.Exchange;
import io.github.keycloakmint.kernel.http.Reply;
import io.github.keycloakmint.kernel.limits.Limits;
import org.keycloak.events.EventType;
import org.keycloak.models.ClientModel;

/** {@code POST /auth/sign-up} (contract section 6). */
final class SignUpResource {

    /** {@code {client_id, email, password, name | first_name, last_name, account_name? | invitation?, csrf_token?}} → 201 or 202. */
    Reply signUp(Exchange call) {
        call.record().event(EventType.REGISTER);
        call.record().byStranger();
        call.cors().allow(() -> AccessClients.origins(SignUpFactory.ID).of(call.session(), call.realm()));
        Limits.byAddress(call);
        SignUpRequest request = SignUpRequest.of(call.json());
        ClientModel client = AccessClients.requiredForPasswords(call.realm(), request.clientId(), SignUpFactory.ID);
        PageGuard guard = PageGuard.check(call, client, request.csrfToken());
        call.record().client(client.getClientId());
        Limits.byClient(call, client.getClientId());
        Limits.byAddressAndTarget(call, request.email());
        return new SignUp(call, client, guard).perform(request);
    }
}
