package io.github.keycloakmint.external;

import java.security.KeyStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.keycloak.models.KeycloakSession;
import org.keycloak.truststore.TruststoreProvider;

/** The keys that one token is tried with: configured ones, and fetched ones where they are needed. */
final class TrustedKeys {

    private final String realmId;
    private final FetchedKeys fetched;
    private final Supplier<Optional<KeyStore>> truststore;

    TrustedKeys(String realmId, FetchedKeys fetched, Supplier<Optional<KeyStore>> truststore) {
        this.realmId = realmId;
        this.fetched = fetched;
        this.truststore = truststore;
    }

    static TrustedKeys of(KeycloakSession session, String realmId) {
        return new TrustedKeys(realmId, FetchedKeys.SHARED, () -> {
            @Nullable TruststoreProvider provider = session.getProvider(TruststoreProvider.class);
            return Optional.ofNullable(provider).map(TruststoreProvider::getTruststore);
        });
    }

    /**
     * At least one key, and few.
     *
     * @param kid of the token, one that {@link KeyId#fits}
     * @throws Rejection KEY_ID where there are keys but none of this name, KEYS_AVAILABLE where there are none
     */
    List<SigningKey> candidates(Trust trust, SigningAlgorithm algorithm, Optional<String> kid, Expect.Mode mode) {
        List<SigningKey> keys = new ArrayList<>(configured(trust, algorithm));
        boolean all = true;
        if (trust.keys().jwksUrl().isPresent()
                && (kid.isEmpty() || SigningKeys.matching(keys, kid).isEmpty())) {
            Optional<List<SigningKey>> more =
                    published(source(trust, algorithm, trust.keys().jwksUrl().get()), kid, mode);
            keys.addAll(more.orElse(List.of()));
            // a dry run that fetched nothing can't know that the issuer has no such key
            all = more.isPresent() && mode == Expect.Mode.ENFORCE;
        }
        List<SigningKey> matching = SigningKeys.matching(keys, kid);
        if (matching.isEmpty()) {
            // without values: what a fetch came to would tell a caller about the network behind it (T24)
            throw Rejection.of(keys.isEmpty() || !all ? Check.KEYS_AVAILABLE : Check.KEY_ID);
        }
        return matching;
    }

    private static List<SigningKey> configured(Trust trust, SigningAlgorithm algorithm) {
        return Stream.of(trust.keys().current(), trust.keys().previous())
                .flatMap(Optional::stream)
                .flatMap(text -> SigningKeys.of(text, algorithm).stream())
                .toList();
    }

    private FetchedKeys.Source source(Trust trust, SigningAlgorithm algorithm, String url) {
        return new FetchedKeys.Source(realmId, trust.provider().getInternalId(), url, algorithm);
    }

    private Optional<List<SigningKey>> published(FetchedKeys.Source source, Optional<String> kid, Expect.Mode mode) {
        return mode == Expect.Mode.EXPLAIN
                ? fetched.known(source)
                : fetched.keys(source, keys -> !SigningKeys.matching(keys, kid).isEmpty(), truststore);
    }
}
