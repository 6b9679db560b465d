package io.github.keycloakmint.external;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.keycloak.models.IdentityProviderModel;
import org.keycloak.models.IdentityProviderQuery;
import org.keycloak.models.IdentityProviderType;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;

/**
 * The enabled {@code external-jwt} providers of a realm, as one session sees them. What is returned is a plain copy:
 * Keycloak's own models ask their session for the organization that a provider belongs to
 * (InfinispanIdentityProviderStorageProvider), and that session may be over.
 *
 * <p>Keycloak caches an identity provider by its alias, on all nodes, and voids it on all. Which alias an issuer has is
 * remembered here, for a minute, and checked against the provider at each use: an edit, a switch-off and a removal count at
 * once. Only what was found is remembered, so that a new provider counts at once too, and a flood of unknown issuers fills
 * nothing; each costs one query that the database answers by the issuer. {@code AlternativeLookupProvider}, which does the
 * same for Keycloak's own grant, reads all providers of the realm with all their settings for each unknown issuer.
 */
final class StoredProviders {

    private static final Logger LOG = Logger.getLogger(StoredProviders.class);

    /** Two providers of one issuer get by the form only when they are saved at the same moment; they are found within it. */
    private static final Duration MEMORY = Duration.ofMinutes(1);

    private static final int ISSUERS = 10_000;

    /** That are listed; each counts by its issuer all the same. */
    private static final int MOST = 1_000;

    /** Stands for "some issuer"; no {@code iss} can be it. */
    private static final String ANY = "";

    private static final Cache<Issuer, String> ALIASES = memory();
    private static final Cache<Issuer, Boolean> REPORTED = memory();

    private final KeycloakSession session;
    private final RealmModel realm;

    private record Issuer(String realmId, String name) {}

    StoredProviders(KeycloakSession session) {
        this.session = session;
        this.realm = session.getContext().getRealm();
    }

    private static <V> Cache<Issuer, V> memory() {
        return Caffeine.newBuilder()
                .maximumSize(ISSUERS)
                .expireAfterWrite(MEMORY)
                .build();
    }

    /** Whether {@link #any} would find one without asking the database. */
    boolean knowsAny() {
        return remembered(new Issuer(realm.getId(), ANY)).isPresent();
    }

    /** What {@link #byIssuer} finds without asking the database. */
    Optional<IdentityProviderModel> known(String issuer) {
        return remembered(new Issuer(realm.getId(), issuer)).filter(provider -> claims(provider, issuer));
    }

    boolean any() {
        Issuer key = new Issuer(realm.getId(), ANY);
        if (remembered(key).isPresent()) {
            return true;
        }
        // the count of providers of every type is cached, so a realm without any costs no query
        if (session.identityProviders().count() == 0) {
            return false;
        }
        Optional<IdentityProviderModel> one = enabled(ExternalJwtConfig.MARK, ExternalJwtConfig.MARKED, 1).stream()
                .findFirst();
        one.ifPresent(provider -> ALIASES.put(key, provider.getAlias()));
        return one.isPresent();
    }

    /** @param issuer that {@link TrustRules#NAME} fits, in its {@link TrustRules#canonical} spelling */
    Optional<IdentityProviderModel> byIssuer(String issuer) {
        Issuer key = new Issuer(realm.getId(), issuer);
        return remembered(key).filter(provider -> claims(provider, issuer)).or(() -> found(key));
    }

    /** By Keycloak's cache. Also of two that claim one issuer: no token came by them. */
    Optional<IdentityProviderModel> byAlias(String alias) {
        return Optional.ofNullable(session.identityProviders().getByAlias(alias))
                .filter(StoredProviders::counts)
                .map(IdentityProviderModel::new);
    }

    /** At the cost of a query and one more for each. */
    List<IdentityProviderModel> all() {
        return enabled(ExternalJwtConfig.MARK, ExternalJwtConfig.MARKED, MOST);
    }

    private Optional<IdentityProviderModel> remembered(Issuer key) {
        return Optional.ofNullable(ALIASES.getIfPresent(key)).flatMap(this::byAlias);
    }

    private Optional<IdentityProviderModel> found(Issuer key) {
        List<IdentityProviderModel> providers = enabled(Setting.ISSUER.key(), key.name(), 2).stream()
                // a database may compare without regard to case
                .filter(provider -> claims(provider, key.name()))
                .toList();
        if (providers.size() == 1) {
            ALIASES.put(key, providers.get(0).getAlias());
            return Optional.of(providers.get(0));
        }
        ALIASES.invalidate(key);
        if (providers.size() > 1) {
            report(key, providers);
        }
        return Optional.empty();
    }

    /** At the most {@code most} of those whose setting {@code key} is {@code value}. */
    private List<IdentityProviderModel> enabled(String key, String value, int most) {
        IdentityProviderQuery query = IdentityProviderQuery.type(IdentityProviderType.JWT_AUTHORIZATION_GRANT)
                .with(IdentityProviderModel.ENABLED, "true")
                .with(key, value);
        return session.identityProviders()
                .getAllStream(query, null, null)
                .filter(StoredProviders::counts)
                .limit(most)
                .map(IdentityProviderModel::new)
                .toList();
    }

    private static boolean counts(IdentityProviderModel provider) {
        return provider.isEnabled() && ExternalJwtProviderFactory.ID.equals(provider.getProviderId());
    }

    private static boolean claims(IdentityProviderModel provider, String issuer) {
        return issuer.equals(provider.getConfig().get(Setting.ISSUER.key()));
    }

    /** Which of them is meant is not for us to guess. */
    private void report(Issuer key, List<IdentityProviderModel> providers) {
        if (REPORTED.asMap().putIfAbsent(key, true) == null) {
            LOG.errorf(
                    "Identity providers %s of realm '%s' have the same issuer: none of them lets anybody in",
                    providers.stream().map(IdentityProviderModel::getAlias).toList(), realm.getName());
        }
    }
}
