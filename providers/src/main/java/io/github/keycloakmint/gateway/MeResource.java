package io.github.keycloakmint.gateway;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.github.keycloakmint.kernel.PersonName;
import io.github.keycloakmint.kernel.http.Exchange;
import io.github.keycloakmint.kernel.http.Reply;
import io.github.keycloakmint.kernel.keycloak.ClientOrigins;
import io.github.keycloakmint.kernel.keycloak.OptedInClients;
import io.github.keycloakmint.kernel.limits.Limits;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** {@code GET /api/auth/me}: whoever calls is told who he is here. */
final class MeResource {

    /**
     * @param email null unless it is verified, as in the headers
     * @param name null where the user has none
     */
    private record Me(
            String id,
            @Nullable String email,
            @Nullable String name,
            @JsonProperty("account_id") @Nullable String accountId,
            @Nullable String role,
            List<String> permissions,
            Credential token) {

        static Me of(Identity identity, Rights rights) {
            return new Me(
                    identity.user().getId(),
                    identity.email().orElse(null),
                    PersonName.of(identity.user()).orElse(null),
                    rights.accountId().orElse(null),
                    rights.role().orElse(null),
                    rights.permissions(),
                    new Credential(
                            identity.kind(),
                            identity.client().getClientId(),
                            identity.act(),
                            identity.issuedAt().orElse(null),
                            identity.expiresAt().orElse(null)));
        }
    }

    /** Times in seconds since the epoch. */
    private record Credential(
            String kind,
            @JsonProperty("client_id") String clientId,
            @Nullable Object act,
            @JsonProperty("issued_at") @Nullable Long issuedAt,
            @JsonProperty("expires_at") @Nullable Long expiresAt) {}

    private final KeptRights kept;

    MeResource(KeptRights kept) {
        this.kept = kept;
    }

    Reply get(Exchange call) {
        call.record().quietly();
        call.cors().allow(() -> OptedInClients.origins(call.session(), call.realm(), GatewayFactory.ID));
        Limits.byAddress(call);
        Credentials.Shown shown = Credentials.of(call, OriginalRequest.itself("GET"));
        Identity identity = shown.identity();
        call.cors()
                .allow(() -> shown.byCookie()
                        ? ClientOrigins.exact(call.session(), identity.client())
                        : ClientOrigins.of(call.session(), identity.client()));
        Rights rights =
                new FindRights(call.session(), call.realm(), kept).of(identity, Optional.empty(), Optional.empty());
        return Reply.ok(Me.of(identity, rights));
    }
}
