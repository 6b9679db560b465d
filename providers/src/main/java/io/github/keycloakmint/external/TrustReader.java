package io.github.keycloakmint.external;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.keycloak.models.IdentityProviderModel;
import org.keycloak.models.RealmModel;

/**
 * From an identity provider to a {@link Trust}, for each request. What was read is kept by content: an edit on any node takes
 * effect as soon as Keycloak's own cache of the provider is void there, and a content that can't be read is logged once.
 */
final class TrustReader {

    private static final Logger LOG = Logger.getLogger(TrustReader.class);

    /** Providers in use by all realms of this server; beyond it, the rarest are read anew. */
    private static final int CONTENTS = 1_000;

    private final Cache<Content, Optional<Trust>> read =
            Caffeine.newBuilder().maximumSize(CONTENTS).build();

    /** All that a trust is made of. The realm is part of it: a key never serves two realms (T10). */
    private record Content(String realmId, String project, String alias, Map<String, String> config) {}

    /** Empty when the configuration can't be read: then nobody gets in by it, and the log says which field is wrong. */
    Optional<Trust> read(RealmModel realm, IdentityProviderModel provider) {
        String project = TrustRules.project(realm);
        Content content = new Content(realm.getId(), project, provider.getAlias(), provider.getConfig());
        Optional<Trust> known = read.getIfPresent(content);
        if (known == null) {
            known = fresh(realm, project, provider);
            // a copy: the model is the session's, who may change it
            Map<String, String> config = new HashMap<>(provider.getConfig());
            read.put(new Content(realm.getId(), project, provider.getAlias(), config), known);
        }
        return known.map(trust -> of(provider, trust));
    }

    private static Optional<Trust> fresh(RealmModel realm, String project, IdentityProviderModel provider) {
        try {
            return Optional.of(TrustRules.read(provider, project));
        } catch (BadSetting e) {
            LOG.errorf(
                    "Identity provider '%s' of realm '%s' lets nobody in. %s",
                    provider.getAlias(), realm.getName(), e.text());
            return Optional.empty();
        }
    }

    /** Everything but the configuration (enabled, organization) is as it is now. */
    private static Trust of(IdentityProviderModel provider, Trust trust) {
        return new Trust(
                provider,
                trust.issuer(),
                trust.projectId(),
                trust.keys(),
                trust.algorithm(),
                trust.audiences(),
                trust.longestLife(),
                trust.clockSkew(),
                trust.jti(),
                trust.linking(),
                trust.fields(),
                trust.clientId(),
                trust.cookieName(),
                trust.preset(),
                trust.signInProviders());
    }
}
