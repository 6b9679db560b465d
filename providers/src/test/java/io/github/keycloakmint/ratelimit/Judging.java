package io.github.keycloakmint.ratelimit;

import io.github.keycloakmint.kernel.Options;
import io.github.keycloakmint.kernel.http.Refusal;
import io.github.keycloakmint.kernel.keycloak.FreshSessions;
import io.github.keycloakmint.kernel.limits.Limiter;
import io.github.keycloakmint.kernel.limits.LimiterSpi;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.keycloak.Config;
import org.keycloak.models.RealmModel;

/** A limiter of one node as its options make it, and realms of a few attributes. */
final class Judging {

    final TurnedClock clock = new TurnedClock();
    final NodeCounter counter;
    final Limiter limiter;

    Judging(Map<String, String> options) {
        LimitSettings settings = settings(options);
        counter = new NodeCounter(settings.buckets(), clock);
        limiter = new JudgeCalls(settings, counter, new Reports(clock::currentTimeNanos));
    }

    static LimitSettings settings(Map<String, String> options) {
        return LimitSettings.of(
                new Options(
                        LimiterSpi.NAME,
                        RatelimitFactory.ID,
                        FreshSessions.proxy(
                                Config.Scope.class,
                                (self, method, arguments) -> method.getName().equals("getPropertyNames")
                                        ? options.keySet().stream()
                                                .map("kc.spi-mint-limiter--ratelimit--"::concat)
                                                .collect(Collectors.toSet())
                                        : options.get((String) arguments[0]))),
                Set.of("sign-in", "verify", "csrf"));
    }

    static RealmModel realm(String id, Map<String, String> attributes) {
        return FreshSessions.proxy(RealmModel.class, (self, method, arguments) -> switch (method.getName()) {
            case "getId", "getName" -> id;
            case "getAttribute" -> attributes.get((String) arguments[0]);
            default -> throw new UnsupportedOperationException(method.getName());
        });
    }

    static Limiter.Call call(String capability) {
        return call(capability, "192.0.2.1");
    }

    static Limiter.Call call(String capability, String address) {
        return new Limiter.Call(realm("realm-1", Map.of()), capability, address);
    }

    /** Calls that go through until one is refused; {@code most} where none is. */
    int accepted(Limiter.Call call, Limiter.Kind kind, String key, int most) {
        for (int done = 0; done < most; done++) {
            if (refusal(call, kind, key).isPresent()) {
                return done;
            }
        }
        return most;
    }

    Optional<Refusal> refusal(Limiter.Call call, Limiter.Kind kind, String key) {
        try {
            limiter.take(call, kind, key);
            return Optional.empty();
        } catch (Refusal refusal) {
            return Optional.of(refusal);
        }
    }
}
