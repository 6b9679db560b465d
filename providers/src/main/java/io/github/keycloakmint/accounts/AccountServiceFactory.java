package io.github.keycloakmint.accounts;

import io.github.keycloakmint.kernel.CapabilityFactory;
import io.github.keycloakmint.kernel.CapabilitySpi;
import io.github.keycloakmint.kernel.Options;
import io.github.keycloakmint.kernel.http.Area;
import io.github.keycloakmint.kernel.http.Endpoint;
import io.github.keycloakmint.kernel.http.Fault;
import io.github.keycloakmint.kernel.http.Handler;
import io.github.keycloakmint.kernel.http.PlainErrors;
import io.github.keycloakmint.kernel.keycloak.Invitations;
import java.util.List;
import java.util.Map;
import org.keycloak.Config;
import org.keycloak.models.KeycloakSessionFactory;

/**
 * Plugs the accounts' self-service in. One server option, {@code --spi-mint-capability--account-service--active} (default
 * true); everything else is set at the realm and its clients.
 */
public final class AccountServiceFactory implements CapabilityFactory {

    static final String ID = "account-service";

    private boolean active = true;

    @Override
    public void init(Config.Scope config) {
        active = new Options(CapabilitySpi.NAME, ID, config).flag("active", true);
    }

    @Override
    public void postInit(KeycloakSessionFactory factory) {
        Invitations.watch(factory);
    }

    @Override
    public List<Endpoint> endpoints() {
        AccountsResource accounts = new AccountsResource();
        MembersResource members = new MembersResource();
        InvitationsResource invitations = new InvitationsResource();
        return List.of(
                endpoint("accounts", "accounts", Map.of("GET", accounts::list, "POST", accounts::create)),
                endpoint(
                        "accounts/{id}",
                        "accounts",
                        Map.of("GET", accounts::show, "PATCH", accounts::rename, "DELETE", accounts::delete)),
                endpoint("accounts/{id}/members", "account-members", Map.of("GET", members::list)),
                endpoint(
                        "accounts/{id}/members/{userId}",
                        "account-members",
                        Map.of("PATCH", members::change, "DELETE", members::remove)),
                endpoint(
                        "accounts/{id}/invitations",
                        "account-invitations",
                        Map.of("GET", invitations::list, "POST", invitations::invite)),
                endpoint(
                        "accounts/{id}/invitations/{invitationId}",
                        "account-invitations",
                        Map.of("DELETE", invitations::revoke)),
                endpoint("invitations/accept", "account-invitations", Map.of("POST", invitations::accept)));
    }

    private static Endpoint endpoint(String path, String capability, Map<String, Handler> methods) {
        return new Endpoint(
                Area.API,
                path,
                capability,
                methods,
                PlainErrors.SHAPE,
                PlainErrors.SHAPE.of(Fault.NOT_FOUND),
                AccountCaller::origins);
    }

    @Override
    public boolean active() {
        return active;
    }

    @Override
    public String getId() {
        return ID;
    }
}
