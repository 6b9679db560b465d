package io.github.keycloakmint.access;

import io.github.keycloakmint.kernel.http.Exchange;
import io.github.keycloakmint.kernel.http.Reply;
import io.github.keycloakmint.kernel.limits.Limits;
import io.github.keycloakmint.kernel.session.Session;
import org.keycloak.events.EventType;
import org.keycloak.models.ClientModel;

/** {@code POST /auth/sign-in} (contract section 6). */
final class SignInResource {

    private final SignInSettings settings;

    SignInResource(SignInSettings settings) {
        this.settings = settings;
    }

    /** {@code {client_id, email, password, csrf_token?, totp?, account_id?}} → the session. */
    Reply signIn(Exchange call) {
        call.record().event(EventType.LOGIN);
        call.record().byStranger();
        call.cors().allow(() -> AccessClients.origins(SignInFactory.ID).of(call.session(), call.realm()));
        Limits.byAddress(call);
        SignInRequest request = SignInRequest.of(call.json());
        ClientModel client = AccessClients.requiredForPasswords(call.realm(), request.clientId());
        PageGuard guard = PageGuard.check(call, client, request.csrfToken());
        Limits.byClient(call, client.getClientId());
        Limits.byAddressAndTarget(call, request.email());
        DeviceCookie device = DeviceCookie.of(call, client);
        SignIn signIn = new SignIn(call.session(), call.realm(), settings);
        Session started = device.recorded(() -> signIn.signIn(client, request, guard, call.record()));
        return device.onto(Reply.ok(started), started.profile().id());
    }
}
