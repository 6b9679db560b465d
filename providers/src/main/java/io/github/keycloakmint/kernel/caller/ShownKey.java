package io.github.keycloakmint.kernel.caller;

import io.github.keycloakmint.kernel.http.Exchange;
import io.github.keycloakmint.kernel.http.Fault;
import io.github.keycloakmint.kernel.http.Handler;
import io.github.keycloakmint.kernel.http.Refusal;
import io.github.keycloakmint.kernel.http.Reply;
import io.github.keycloakmint.kernel.limits.Limits;
import java.util.List;

/** A caller who shows an API key in the header {@value ApiKeys#HEADER}. */
public final class ShownKey {

    private ShownKey() {}

    /** Handles a call with that header by {@code byKey}, and every other one by {@code otherwise}. */
    public record Or(Handler byKey, Handler otherwise) implements Handler {
        @Override
        public Reply handle(Exchange call) {
            return (call.headers(ApiKeys.HEADER).isEmpty() ? otherwise : byKey).handle(call);
        }
    }

    /**
     * The key that the call shows. Puts its id, its client and its subject into the call's record.
     *
     * @throws Refusal 401 without a key that is good now, or beside a token that is not; 403 beside the token of somebody
     *     else; 429 for a key over its own limit
     */
    public static ApiKey of(Exchange call) {
        return Limits.authenticated(call, () -> {
            ApiKey good = good(call);
            call.record().put("keyId", good.id());
            call.record().client(good.client().getClientId());
            call.record().user(good.subject().getId());
            OneIdentity.besideKey(call).require(good);
            Limits.byKey(call, good.id());
            Limits.byClient(call, good.client().getClientId());
            return good;
        });
    }

    private static String sent(Exchange call) {
        List<String> sent = call.headers(ApiKeys.HEADER);
        if (sent.isEmpty()) {
            throw Refusal.of(Fault.UNAUTHORIZED, ApiKeys.HEADER + " header required", "no_key");
        }
        if (sent.size() > 1) {
            // whichever is taken, a proxy before the server may have looked at the other
            throw bad("two_keys");
        }
        return sent.get(0);
    }

    /** @throws Refusal 401 without a key that is good now, 429 for a key over its own limit */
    static ApiKey good(Exchange call) {
        return ApiKeys.of(call.session())
                .show(call.realm(), sent(call), call.address())
                .as(
                        key -> key,
                        limited -> {
                            call.record().put("keyId", limited.keyId());
                            throw limited.limit().refusal("key_limit");
                        },
                        refused -> {
                            throw bad(refused.reason());
                        });
    }

    private static Refusal bad(String cause) {
        return Refusal.of(Fault.UNAUTHORIZED, cause);
    }
}
