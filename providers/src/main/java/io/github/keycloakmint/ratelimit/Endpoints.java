package io.github.keycloakmint.ratelimit;

import io.github.keycloakmint.kernel.limits.Limiter;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** All that can have a limit: endpoints of capabilities, on or off, and what {@link ShippedLimits} names beside them. */
record Endpoints(Set<String> names) {

    static Endpoints with(Set<String> ofCapabilities) {
        Set<String> names = new HashSet<>(ofCapabilities);
        ShippedLimits.all().keySet().forEach(rule -> names.add(rule.capability()));
        return new Endpoints(Set.copyOf(names));
    }

    /** Every limit that may be set. */
    Set<Rule> rules() {
        return names.stream()
                .flatMap(name -> Stream.of(Limiter.Kind.values()).map(kind -> Rule.of(name, kind)))
                .filter(Rule::asked)
                .collect(Collectors.toUnmodifiableSet());
    }

    /** Whether {@code option} is that of such a limit. */
    boolean take(String option) {
        return rules().stream().anyMatch(rule -> rule.option().equals(option));
    }

    /** Whether all of these are endpoints, or keys' own rates, which may be counted together too. */
    boolean containAll(Set<String> endpoints) {
        return endpoints.stream().allMatch(name -> names.contains(name) || name.equals(Limiter.KEY_RATE));
    }
}
