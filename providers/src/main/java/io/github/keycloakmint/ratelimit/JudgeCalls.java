package io.github.keycloakmint.ratelimit;

import io.github.keycloakmint.kernel.http.KeycloakEndpoints;
import io.github.keycloakmint.kernel.http.Refusal;
import io.github.keycloakmint.kernel.limits.Buckets;
import io.github.keycloakmint.kernel.limits.LimitReached;
import io.github.keycloakmint.kernel.limits.Limiter;
import java.util.Optional;
import java.util.function.Function;
import org.keycloak.models.RealmModel;

/** Says of each call whether it is within the limits of its endpoint in its realm. */
final class JudgeCalls implements Limiter {

    private final LimitSettings settings;
    private final RealmLimits limits;
    private final Counter counter;
    private final Reports reports;

    JudgeCalls(LimitSettings settings, Counter counter, Reports reports) {
        this.settings = settings;
        this.limits = new RealmLimits(settings.limits());
        this.counter = counter;
        this.reports = reports;
    }

    @Override
    public void take(Call call, Kind kind, String key) {
        within(call, kind, key, counter::spend);
    }

    @Override
    public void require(Call call, Kind kind, String key) {
        within(call, kind, key, counter::look);
    }

    private void within(Call call, Kind kind, String key, Function<Counter.Entry, Buckets.Taken> count) {
        entry(call, kind, key).ifPresent(entry -> {
            Buckets.Taken taken = count.apply(entry);
            if (over(call, entry, taken)) {
                throw refusal(entry, taken);
            }
        });
    }

    private static Refusal refusal(Counter.Entry entry, Buckets.Taken taken) {
        return reached(entry, taken).refusal("limit_" + entry.rule().kind().word());
    }

    private static LimitReached reached(Counter.Entry entry, Buckets.Taken taken) {
        return new LimitReached(entry.rule().kind().word(), entry.rate(), taken.retryAfter(), taken.known());
    }

    @Override
    public void count(Call call, Kind kind, String key) {
        entry(call, kind, key).ifPresent(counter::owe);
    }

    @Override
    public boolean left(Call call, Kind kind, String key) {
        return entry(call, kind, key)
                .filter(entry -> over(call, entry, counter.look(entry)))
                .isEmpty();
    }

    @Override
    public Optional<LimitReached> own(Call call, String key, Buckets.Rate rate) {
        Rule rule = Rule.of(call.capability(), Kind.KEY);
        Counter.Entry entry = entry(call.realm(), rule, key, rate);
        Buckets.Taken taken = counter.spend(entry);
        if (taken.accepted()) {
            return Optional.empty();
        }
        if (taken.known()) {
            reports.over(call, rule, rate, entry.key(), false);
        }
        return Optional.of(reached(entry, taken));
    }

    @Override
    public boolean spend(Call call, Kind kind, String key) {
        return entry(call, kind, key)
                .filter(entry -> over(call, entry, counter.spend(entry)))
                .isEmpty();
    }

    /** Reports what is over a limit; true where that is to have consequences. */
    private boolean over(Call call, Counter.Entry entry, Buckets.Taken taken) {
        if (taken.accepted()) {
            return false;
        }
        if (taken.known()) {
            reports.over(call, entry.rule(), entry.rate(), entry.key(), settings.shadow());
        }
        return !settings.shadow();
    }

    /** Empty: nothing is to be counted. */
    private Optional<Counter.Entry> entry(Call call, Kind kind, String key) {
        if (!settings.active() || switchedOff(call.capability()) || exempt(call, kind, key)) {
            return Optional.empty();
        }
        Rule rule = Rule.of(call.capability(), kind);
        return limits.of(call.realm(), rule).map(rate -> entry(call.realm(), rule, key, rate));
    }

    private static Counter.Entry entry(RealmModel realm, Rule rule, String key, Buckets.Rate rate) {
        String whole =
                String.join("|", realm.getId(), rule.capability(), rule.kind().word(), key);
        return new Counter.Entry(realm.getId(), rule, whole, rate);
    }

    /** Keycloak's own endpoints, where they are to be left alone. */
    private boolean switchedOff(String capability) {
        return !settings.keycloaks() && capability.startsWith(KeycloakEndpoints.PREFIX);
    }

    /** A client is exempt once it has shown that it is the one: whoever names it may be anybody. */
    private boolean exempt(Call call, Kind kind, String key) {
        return (!settings.exemptAddresses().isEmpty()
                        && settings.exemptAddresses().contains(call.address()))
                || (kind == Kind.CALLER
                        && settings.exemptClients().contains(call.realm().getName() + '/' + key));
    }
}
