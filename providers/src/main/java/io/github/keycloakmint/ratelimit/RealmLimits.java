package io.github.keycloakmint.ratelimit;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.github.keycloakmint.kernel.limits.Buckets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.keycloak.models.RealmModel;

/** Which limit holds in a realm: what its attribute says, else the server's. */
final class RealmLimits {

    private static final Logger LOG = Logger.getLogger(RealmLimits.class);

    /** Said once a minute, not at each call. */
    private final Cache<String, Boolean> complained = Caffeine.newBuilder()
            .maximumSize(1_000)
            .expireAfterWrite(Duration.ofMinutes(1))
            .build();

    private final Map<Rule, Buckets.Rate> defaults;

    RealmLimits(Map<Rule, Buckets.Rate> defaults) {
        this.defaults = defaults;
    }

    Optional<Buckets.Rate> of(RealmModel realm, Rule rule) {
        @Nullable String set = realm.getAttribute(rule.attribute());
        if (set == null || set.isBlank()) {
            return Optional.ofNullable(defaults.get(rule));
        }
        String text = set.trim();
        if (!RateText.good(text)) {
            complain(realm, rule);
            return Optional.ofNullable(defaults.get(rule));
        }
        return RateText.read(text);
    }

    private void complain(RealmModel realm, Rule rule) {
        if (complained.asMap().putIfAbsent(realm.getId() + '/' + rule.attribute(), true) == null) {
            LOG.errorf(
                    "Attribute %s of realm '%s' must be %s; the server's own limit holds meanwhile",
                    rule.attribute(), realm.getName(), RateText.EXPECTED);
        }
    }
}
