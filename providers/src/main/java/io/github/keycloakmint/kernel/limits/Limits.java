package io.github.keycloakmint.kernel.limits;

import io.github.keycloakmint.kernel.Complaints;
import io.github.keycloakmint.kernel.caller.Neighbourhood;
import io.github.keycloakmint.kernel.http.Exchange;
import io.github.keycloakmint.kernel.http.Refusal;
import java.util.Optional;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/** Where a resource asks the limiter; without one in the server nothing is limited. */
public final class Limits {

    /** Mails have one budget, whichever endpoint sends them. */
    private static final String MAILS = "mails";

    private static final Logger LOG = Logger.getLogger("keycloakmint.limits");

    private Limits() {}

    /** Before the caller is known. */
    public static void byAddress(Exchange call) {
        try {
            take(call, Limiter.Kind.ADDRESS, from(call));
        } catch (Refusal refusal) {
            if (call.forwardedInVain()) {
                Complaints.warn(LOG, "forwarded|" + call.realm().getId(), forwarded(call));
            }
            throw refusal;
        }
    }

    private static String forwarded(Exchange call) {
        return "Calls from " + call.address() + " in realm '" + call.realm().getName()
                + "' share one limit, though they say that they come from others. If it is a proxy of yours, name it in"
                + " --spi-mint-kernel--default--trusted-proxies";
    }

    public static void byTarget(Exchange call, String target) {
        take(call, Limiter.Kind.TARGET, target);
    }

    /** By somebody whom {@code issuer} knows as {@code subject}; any text may stand in either (T21). */
    public static void byTarget(Exchange call, String issuer, String subject) {
        byTarget(call, issuer.length() + ":" + issuer + subject);
    }

    /** By what one address asks about one target. */
    public static void byAddressAndTarget(Exchange call, String target) {
        byTarget(call, from(call) + ' ' + target);
    }

    /** By the caller, who has shown who he is. */
    public static void byCaller(Exchange call, String caller) {
        take(call, Limiter.Kind.CALLER, caller);
    }

    /** By a client of the realm, that anybody may have named. */
    public static void byClient(Exchange call, String clientId) {
        take(call, Limiter.Kind.CLIENT, clientId);
    }

    /** By an API key that is good. */
    public static void byKey(Exchange call, String keyId) {
        take(call, Limiter.Kind.KEY, keyId);
    }

    /**
     * The caller, as {@code who} finds him out by what nobody can guess: a signed token, a key. Counts for his address where that
     * ends in a 401, and is a 429 where there were too many; whoever is good is not asked about the failures of others at his
     * address.
     */
    public static <T> T authenticated(Exchange call, Supplier<T> who) {
        try {
            return who.get();
        } catch (Refusal refusal) {
            if (refusal.unauthorized()) {
                take(call, Limiter.Kind.FAILURE, from(call));
            }
            throw refusal;
        }
    }

    /** As {@link #authenticated}, for secrets, which can be guessed: after too many failures none is compared. */
    public static <T> T authenticatedBySecret(Exchange call, Supplier<T> who) {
        limiter(call).ifPresent(limiter -> limiter.require(described(call), Limiter.Kind.FAILURE, from(call)));
        try {
            return who.get();
        } catch (Refusal refusal) {
            if (refusal.unauthorized()) {
                limiter(call).ifPresent(limiter -> limiter.count(described(call), Limiter.Kind.FAILURE, from(call)));
            }
            throw refusal;
        }
    }

    /** What a mail is for. Each has a budget of its own, so that nobody uses up those that help by those that don't. */
    public enum Mail {
        RESET,
        VERIFICATION,
        SIGN_UP
    }

    /**
     * Does {@code sending} while both the address that calls and the one that gets the mail have budget for one more of its
     * sort. Where they have not, nobody is told: the answer says nothing about mails either way.
     */
    public static void withinMails(Exchange call, Mail sort, String email, Runnable sending) {
        Limiter.Call mails = new Limiter.Call(call.realm(), MAILS, call.address());
        String sent = sort.name() + ' ' + email;
        String asked = sort.name() + ' ' + from(call);
        // looked at first, so that a mail that is not sent costs neither of them
        boolean over = limiter(call)
                .filter(limiter -> !limiter.left(mails, Limiter.Kind.MAILS_SENT, sent)
                        || !limiter.spend(mails, Limiter.Kind.MAILS_ASKED, asked)
                        || !limiter.spend(mails, Limiter.Kind.MAILS_SENT, sent))
                .isPresent();
        if (!over) {
            sending.run();
        }
    }

    private static void take(Exchange call, Limiter.Kind kind, String key) {
        limiter(call).ifPresent(limiter -> limiter.take(described(call), kind, key));
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
