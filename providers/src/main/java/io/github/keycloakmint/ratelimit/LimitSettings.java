package io.github.keycloakmint.ratelimit;

import io.github.keycloakmint.kernel.Options;
import io.github.keycloakmint.kernel.caller.AddressRanges;
import io.github.keycloakmint.kernel.limits.Buckets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Server options of the limiter, {@code --spi-mint-limiter--ratelimit--<option>}.
 *
 * @param active whether anything is limited ({@code active}, true)
 * @param shared whether all nodes count together ({@code mode}, {@code local} or {@code shared})
 * @param shadow whether what is over a limit is counted and reported, and let through ({@code shadow}, false)
 * @param keycloaks whether Keycloak's own token, login and password-reset endpoints are limited ({@code
 *     keycloak-endpoints}, true)
 * @param patience how long a call waits for the shared count ({@code shared-timeout-millis}, 250)
 * @param buckets of each kind that a node keeps ({@code buckets}, 16384)
 * @param exemptAddresses whose calls nothing counts ({@code exempt-addresses})
 * @param exemptClients {@code realm/client_id}, whose calls no limit by caller counts ({@code exempt-clients})
 * @param closed endpoints that refuse while the shared count can't be had ({@code fail-closed})
 * @param limits of the server, without those that are off ({@code limit-<endpoint>-<kind>}; with {@code defaults=false} those
 *     alone that are set)
 */
record LimitSettings(
        boolean active,
        boolean shared,
        boolean shadow,
        boolean keycloaks,
        Duration patience,
        int buckets,
        AddressRanges exemptAddresses,
        Set<String> exemptClients,
        Set<String> closed,
        Map<Rule, Buckets.Rate> limits) {

    private static final int BUCKETS = 16_384;
    private static final int LEAST_BUCKETS = 1_024;
    private static final int MOST_BUCKETS = 1_048_576;

    /** @param endpoints of the server's capabilities, by name */
    static LimitSettings of(Options options, Set<String> endpoints) {
        Endpoints known = Endpoints.with(endpoints);
        return new LimitSettings(
                options.flag("active", true),
                shared(options),
                options.flag("shadow", false),
                options.flag("keycloak-endpoints", true),
                Duration.ofMillis(options.integer("shared-timeout-millis", 250, 10, 5_000)),
                options.integer("buckets", BUCKETS, LEAST_BUCKETS, MOST_BUCKETS),
                addresses(options),
                clients(options),
                closed(options, known),
                limits(options, known));
    }

    private static boolean shared(Options options) {
        return options.text("mode")
                .map(mode -> switch (mode) {
                    case "local" -> false;
                    case "shared" -> true;
                    default -> throw options.bad("mode", "local or shared");
                })
                .orElse(false);
    }

    private static AddressRanges addresses(Options options) {
        try {
            return AddressRanges.of(options.set("exempt-addresses"));
        } catch (IllegalArgumentException e) {
            throw options.bad("exempt-addresses", "a list of addresses or address ranges such as 10.0.0.0/8");
        }
    }

    private static Set<String> clients(Options options) {
        Set<String> clients = options.set("exempt-clients");
        if (!clients.stream().allMatch(client -> client.indexOf('/') > 0 && !client.endsWith("/"))) {
            throw options.bad("exempt-clients", "a list such as my-realm/my-client");
        }
        return clients;
    }

    private static Set<String> closed(Options options, Endpoints known) {
        Set<String> closed = options.set("fail-closed");
        if (!known.containAll(closed)) {
            throw options.bad("fail-closed", "a list of endpoints such as sign-in");
        }
        return closed;
    }

    private static Map<Rule, Buckets.Rate> limits(Options options, Endpoints known) {
        options.names().stream().filter(name -> name.startsWith(Rule.OPTION)).forEach(name -> {
            if (!known.take(name)) {
                // a limit that nobody has would be as good as none, and nobody would see it
                throw options.bad(
                        name, "named " + Rule.OPTION + "<endpoint>-<kind>, of an endpoint and a kind that exist");
            }
        });
        Map<Rule, String> shipped = options.flag("defaults", true) ? ShippedLimits.all() : Map.of();
        Map<Rule, Buckets.Rate> limits = new HashMap<>();
        known.rules().forEach(rule -> {
            Optional<String> set = options.text(rule.option());
            if (set.filter(text -> !RateText.good(text)).isPresent()) {
                throw options.bad(rule.option(), RateText.EXPECTED);
            }
            RateText.read(set.orElse(shipped.getOrDefault(rule, "off"))).ifPresent(rate -> limits.put(rule, rate));
        });
        return Map.copyOf(limits);
    }
}
