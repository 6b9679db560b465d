package io.github.keycloakmint.accounts;

import io.github.keycloakmint.kernel.CapabilityFactory;
import io.github.keycloakmint.kernel.CapabilitySpi;
import io.github.keycloakmint.kernel.Options;
import io.github.keycloakmint.kernel.caller.ShownKey;
import io.github.keycloakmint.kernel.http.Area;
import io.github.keycloakmint.kernel.http.Endpoint;
import io.github.keycloakmint.kernel.http.Fault;
import io.github.keycloakmint.kernel.http.PlainErrors;
import io.github.keycloakmint.kernel.keycloak.OptedInClients;
import java.util.List;
import java.util.Map;
import org.keycloak.Config;

/**
 * Plugs account tokens in. One server option, {@code --spi-mint-capability--accounts--active} (default true); a client opts
 * in by naming {@value #ID} in {@code mint.capabilities}.
 */
public final class AccountsFactory implements CapabilityFactory {

    static final String ID = "accounts";

    private boolean active = true;

    @Override
    public void init(Config.Scope config) {
        active = new Options(CapabilitySpi.NAME, ID, config).flag("active", true);
    }

    @Override
    public List<Endpoint> endpoints() {
        AccountTokenResource tokens = new AccountTokenResource();
        return List.of(new Endpoint(
                Area.API,
                "accounts/{account_id}/token",
                "account-token",
                Map.of("POST", new ShownKey.Or(tokens::issueByKey, tokens::issue)),
                PlainErrors.SHAPE,
                PlainErrors.SHAPE.of(Fault.NOT_FOUND),
                (session, realm) -> OptedInClients.origins(session, realm, ID)));
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
