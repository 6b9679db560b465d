package io.github.keycloakmint.ratelimit;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.github.keycloakmint.kernel.Complaints;
import io.github.keycloakmint.kernel.limits.Buckets;
import java.util.Map;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.keycloak.models.RealmModel;

/** Which limit holds in a realm: what its attribute says, else the server's. */
final class RealmLimits {

    private static final Logger LOG = Logger.getLogger(RealmLimits.class);

    /** Texts are admins' and few; each call meets several of them again. */
    private static final int MOST_TEXTS = 1_000;

    /** What a text says; a bad one says nothing. */
    private record Said(boolean good, Optional<Buckets.Rate> rate) {
        static Said of(String text) {
            boolean good = RateText.good(text.trim());
            return new Said(good, good ? RateText.read(text.trim()) : Optional.empty());
        }
    }

    private final Cache<String, Said> said =
            Caffeine.newBuilder().maximumSize(MOST_TEXTS).build();

    private final Map<Rule, Buckets.Rate> defaults;

    RealmLimits(Map<Rule, Buckets.Rate> defaults) {
        this.defaults = defaults;
    }

    Optional<Buckets.Rate> of(RealmModel realm, Rule rule) {
        @Nullable String set = realm.getAttribute(rule.attribute());
        if (set == null || set.isBlank()) {
            return Optional.ofNullable(defaults.get(rule));
        }
        Said text = said.get(set, Said::of);
        if (!text.good()) {
            Complaints.error(
                    LOG,
                    realm.getId(),
                    "Attribute " + rule.attribute() + " of realm '" + realm.getName() + "' must be " + RateText.EXPECTED
                            + "; the server's own limit holds meanwhile");
            return Optional.ofNullable(defaults.get(rule));
        }
        return text.rate();
    }
}
