package io.github.keycloakmint.external;

import io.github.keycloakmint.kernel.keycloak.FreshTransaction;
import java.util.List;
import java.util.Optional;
import org.keycloak.models.IdentityProviderModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;

/**
 * The trusts of the session's realm.
 *
 * <p>What comes before an upsert reads its providers in a transaction of its own, whether a query turns out to be needed
 * or not: a request that had made one itself would hold a connection to the database while the upsert takes a second, and
 * with as many such requests at once as there are connections none of them goes on.
 */
final class RealmTrusts implements Trusts {

    private static final TrustReader READER = new TrustReader();

    private final KeycloakSession session;
    private final RealmModel realm;

    RealmTrusts(KeycloakSession session) {
        this.session = session;
        this.realm = session.getContext().getRealm();
    }

    @Override
    public boolean any() {
        return new StoredProviders(session).knowsAny()
                || FreshTransaction.run(session, fresh -> new StoredProviders(fresh).any());
    }

    @Override
    public Optional<Trust> byIssuer(String issuer) {
        if (!TrustRules.NAME.matcher(issuer).matches()) {
            return Optional.empty(); // such an issuer can't be saved; and some databases choke on a NUL
        }
        String name = TrustRules.canonical(issuer);
        // warm, it is Keycloak's cache that answers; a query in the request's own transaction would hold its connection
        // while
        // the upsert asks for another
        return new StoredProviders(session)
                .known(name)
                .or(() -> FreshTransaction.run(session, fresh -> new StoredProviders(fresh).byIssuer(name)))
                .flatMap(this::read);
    }

    /** In the session itself: for a refresh, which upserts nobody. */
    Optional<Trust> byAlias(String alias) {
        return new StoredProviders(session).byAlias(alias).flatMap(this::read);
    }

    /** Every trust of the realm, at the cost of a query and one more for each; keep the answer for a while. */
    List<Trust> all() {
        return FreshTransaction.run(session, fresh -> new StoredProviders(fresh).all()).stream()
                .flatMap(provider -> read(provider).stream())
                .toList();
    }

    private Optional<Trust> read(IdentityProviderModel provider) {
        return READER.read(realm, provider);
    }
}
