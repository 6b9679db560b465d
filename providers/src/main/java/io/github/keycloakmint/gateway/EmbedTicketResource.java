package io.github.keycloakmint.gateway;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.github.keycloakmint.kernel.http.Exchange;
import io.github.keycloakmint.kernel.http.Refusal;
import io.github.keycloakmint.kernel.http.Reply;
import io.github.keycloakmint.kernel.keycloak.OptedInClients;
import io.github.keycloakmint.kernel.limits.Limits;
import java.util.Optional;
import org.keycloak.events.EventType;

/** {@code POST /api/auth/embed-ticket} (contract section 8). */
final class EmbedTicketResource {

    private record Issued(String ticket, @JsonProperty("expires_in") long expiresIn) {
        @Override
        public String toString() {
            return "Issued"; // tickets get into no log by accident
        }
    }

    /** A ticket for the caller's own page in a frame, which can send neither a header nor a cookie of another site. */
    Reply issue(Exchange call) {
        call.record().event(EventType.TOKEN_EXCHANGE);
        call.record().byStranger();
        call.cors().allow(() -> OptedInClients.origins(call.session(), call.realm(), GatewayFactory.ID));
        Limits.byAddress(call);
        UserToken token = UserToken.inHeaderOrCookie(call);
        call.record().recognised();
        call.record().put("userId", token.bearer().user().getId());
        RequestPath path = path(call);
        Limits.byTarget(call, token.bearer().user().getId());
        String ticket = EmbedTicket.issue(call.session(), call.realm(), token, path)
                .orElseThrow(() -> Refusal.badInput("The token is too large for a ticket", "large_ticket"));
        call.record().put("jti", token.bearer().token().getId());
        call.record().put("embedPath", path.toString());
        return Reply.ok(new Issued(ticket, EmbedTicket.seconds(token)));
    }

    /** In the spelling that a browser will ask for: an escape in it is decoded once, as the request's will be. */
    private static RequestPath path(Exchange call) {
        return RequestPath.of(call.json().text("path"))
                .filter(path ->
                        EmbedPaths.of(call.realm()).among(Optional.of(path)).isPresent())
                .orElseThrow(
                        () -> Refusal.badInput("`path` must be one of those that may be embedded", "no_embed_path"));
    }
}
