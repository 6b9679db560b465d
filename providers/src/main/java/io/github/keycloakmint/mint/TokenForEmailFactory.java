package io.github.keycloakmint.mint;

import io.github.keycloakmint.kernel.CapabilityFactory;
import io.github.keycloakmint.kernel.CapabilitySpi;
import io.github.keycloakmint.kernel.Options;
import io.github.keycloakmint.kernel.http.Area;
import io.github.keycloakmint.kernel.http.Endpoint;
import io.github.keycloakmint.kernel.http.Fault;
import io.github.keycloakmint.kernel.http.PlainErrors;
import io.github.keycloakmint.kernel.keycloak.CredentialsChanged;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.keycloak.Config;
import org.keycloak.common.util.Time;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.utils.PostMigrationEvent;
import org.keycloak.provider.ProviderEvent;

/** Plugs token-for-email in. Its options are described in {@link MintSettings}. */
public final class TokenForEmailFactory implements CapabilityFactory {

    static final String ID = "token-for-email";

    private Optional<MintSettings> settings = Optional.empty();

    @Override
    public void init(Config.Scope config) {
        // the seed's operators set the secret as TRIBE_SERVICE_MINT_SECRET, so that name works beside the option
        settings = Optional.of(MintSettings.of(new Options(CapabilitySpi.NAME, ID, config), System::getenv));
    }

    @Override
    public void postInit(KeycloakSessionFactory factory) {
        factory.register(TokenForEmailFactory::forget);
        LedgerPurge purge =
                new LedgerPurge(factory, settings().retention(), settings().purgeInterval());
        factory.register(event -> {
            // not before: the tables may not be there yet
            if (event instanceof PostMigrationEvent) {
                purge.schedule();
            }
        });
    }

    @Override
    public List<Endpoint> endpoints() {
        TokenForEmailResource tokens = new TokenForEmailResource(settings());
        LedgerResource ledger = new LedgerResource();
        return List.of(
                new Endpoint(
                        Area.API,
                        "auth/token-for-email",
                        ID,
                        Map.of("POST", tokens::mint),
                        new MintErrors(),
                        Fault.UNAUTHORIZED),
                new Endpoint(
                        Area.ADMIN, "mints", "mints", Map.of("GET", ledger::list), PlainErrors.SHAPE, Fault.NOT_FOUND),
                new Endpoint(
                        Area.ADMIN,
                        "mints/revoke",
                        "mints",
                        Map.of("POST", ledger::revokeAll),
                        PlainErrors.SHAPE,
                        Fault.NOT_FOUND),
                new Endpoint(
                        Area.ADMIN,
                        "mints/{jti}",
                        "mints",
                        Map.of("DELETE", ledger::revoke),
                        PlainErrors.SHAPE,
                        Fault.NOT_FOUND));
    }

    @Override
    public boolean active() {
        return settings().active();
    }

    @Override
    public String getId() {
        return ID;
    }

    MintSettings settings() {
        return settings.orElseThrow();
    }

    private static void forget(ProviderEvent event) {
        if (event instanceof UserModel.UserRemovedEvent removed) {
            new Ledger(removed.getKeycloakSession(), removed.getRealm()).forget(removed.getRealm(), removed.getUser());
        } else if (event instanceof UserModel.UserPreRemovedEvent removed) {
            // not every removal sends the other one (JpaOrganizationProvider.removeMember)
            new Ledger(removed.getKeycloakSession(), removed.getRealm()).forget(removed.getRealm(), removed.getUser());
        } else if (event instanceof CredentialsChanged changed) {
            // and what is minted within this second: nobody can tell which came first
            new Watermarks(changed.session(), changed.realm())
                    .raise(Optional.empty(), Optional.of(changed.user().getId()), Time.currentTimeSeconds() + 1);
        } else if (event instanceof RealmModel.RealmRemovedEvent removed) {
            new Ledger(removed.getKeycloakSession(), removed.getRealm()).forgetRealm();
            new Watermarks(removed.getKeycloakSession(), removed.getRealm()).forgetRealm();
        }
    }
}
