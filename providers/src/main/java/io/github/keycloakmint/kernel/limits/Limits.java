package io.github.keycloakmint.kernel.limits;

import io.github.keycloakmint.kernel.http.Exchange;
import org.jspecify.annotations.Nullable;

/** Where a resource asks the limiter; without one in the server nothing is limited. */
public final class Limits {

    private Limits() {}

    public static void byAddress(Exchange call) {
        take(call, Limiter.Kind.ADDRESS, call.address());
    }

    public static void byTarget(Exchange call, String target) {
        take(call, Limiter.Kind.TARGET, target);
    }

    public static void byCaller(Exchange call, String caller) {
        take(call, Limiter.Kind.CALLER, caller);
    }

    private static void take(Exchange call, Limiter.Kind kind, String key) {
        @Nullable Limiter limiter = call.session().getProvider(Limiter.class);
        if (limiter != null) {
            limiter.take(call.realm().getId(), call.record().capability(), kind, key);
        }
    }
}
