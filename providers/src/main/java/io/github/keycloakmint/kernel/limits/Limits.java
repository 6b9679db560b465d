package io.github.keycloakmint.kernel.limits;

import io.github.keycloakmint.kernel.caller.Neighbourhood;
import io.github.keycloakmint.kernel.http.Exchange;
import io.github.keycloakmint.kernel.http.Refusal;
import java.util.Optional;
import java.util.function.Supplier;

/** Where a resource asks the limiter; without one in the server nothing is limited. */
public final class Limits {

    /** Mails have one budget, whichever endpoint sends them. */
    private static final String MAILS = "mails";

    private Limits() {}

    /** Before the caller is known: the address has calls left, and has not failed too often to say who it is. */
    public static void byAddress(Exchange call) {
        limiter(call).ifPresent(limiter -> {
            limiter.require(described(call), Limiter.Kind.FAILURE, from(call));
            limiter.take(described(call), Limiter.Kind.ADDRESS, from(call));
        });
    }

    public static void byTarget(Exchange call, String target) {
        limiter(call).ifPresent(limiter -> limiter.take(described(call), Limiter.Kind.TARGET, target));
    }

    /** By what one address asks about one target. */
    public static void byAddressAndTarget(Exchange call, String target) {
        byTarget(call, from(call) + ' ' + target);
    }

    public static void byCaller(Exchange call, String caller) {
        limiter(call).ifPresent(limiter -> limiter.take(described(call), Limiter.Kind.CALLER, caller));
    }

    /**
     * The caller, as {@code who} finds him out. Counts for his address where that ends in a 401; who is known, or is refused for
     * something else, is not counted.
     */
    public static <T> T authenticated(Exchange call, Supplier<T> who) {
        try {
            return who.get();
        } catch (Refusal refusal) {
            if (refusal.unauthorized()) {
                limiter(call).ifPresent(limiter -> limiter.count(described(call), Limiter.Kind.FAILURE, from(call)));
            }
            throw refusal;
        }
    }

    /**
     * Does {@code sending} while both the address that calls and the one that gets the mail have budget for one more. Where they
     * have not, nobody is told: the answer says nothing about mails either way.
     */
    public static void withinMails(Exchange call, String email, Runnable sending) {
        Limiter.Call mails = new Limiter.Call(call.realm(), MAILS, call.address());
        boolean over = limiter(call)
                .filter(limiter -> !limiter.spend(mails, Limiter.Kind.MAILS_ASKED, from(call))
                        || !limiter.spend(mails, Limiter.Kind.MAILS_SENT, email))
                .isPresent();
        if (!over) {
            sending.run();
        }
    }

    private static String from(Exchange call) {
        return Neighbourhood.of(call.address());
    }

    private static Limiter.Call described(Exchange call) {
        return new Limiter.Call(call.realm(), call.record().capability(), call.address());
    }

    private static Optional<Limiter> limiter(Exchange call) {
        return Optional.ofNullable(call.session().getProvider(Limiter.class));
    }
}
