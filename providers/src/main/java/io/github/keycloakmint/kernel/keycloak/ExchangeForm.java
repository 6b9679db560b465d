package io.github.keycloakmint.kernel.keycloak;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.keycloak.OAuth2Constants;
import org.keycloak.protocol.oidc.TokenExchangeContext;

/** What a form of RFC 8693 section 2.1 says to the bundle's own exchanges. */
final class ExchangeForm {

    /** Keycloak's older exchange has parameters for another user or issuer: ignored, who sends one gets the wrong token. */
    private static final List<String> OTHERS = List.of(
            OAuth2Constants.REQUESTED_SUBJECT, OAuth2Constants.SUBJECT_ISSUER, OAuth2Constants.REQUESTED_ISSUER);

    private ExchangeForm() {}

    /** @throws TokenRefused for what would ask for another token than one that the bundle makes */
    static void require(TokenExchangeContext context, String subjectTokenType) {
        for (String other : OTHERS) {
            if (context.getFormParams().containsKey(other)) {
                throw TokenRefused.invalid(other + " is not supported", other);
            }
        }
        TokenExchangeContext.Params params = context.getParams();
        if (params.getActorToken() != null) {
            throw TokenRefused.invalid("actor_token is not supported", "actor_token");
        }
        if (!subjectTokenType.equals(params.getSubjectTokenType())) {
            throw TokenRefused.invalid("subject_token_type must be " + subjectTokenType, "subject_token_type");
        }
        @Nullable String requested = params.getRequestedTokenType();
        if (requested != null && !requested.equals(OAuth2Constants.ACCESS_TOKEN_TYPE)) {
            throw TokenRefused.invalid(
                    "requested_token_type must be " + OAuth2Constants.ACCESS_TOKEN_TYPE, "requested_token_type");
        }
    }

    /** Every value of {@code audience} and {@code resource} (RFC 8707). */
    static List<String> targets(TokenExchangeContext context) {
        return Stream.of(context.getParams().getAudience(), context.getParams().getResource())
                .flatMap(values -> Optional.ofNullable(values).stream())
                .flatMap(List::stream)
                .toList();
    }

    /** RFC 6749 section 3.2: a parameter without a value is not there. */
    static Optional<String> value(TokenExchangeContext context, String parameter) {
        return Optional.ofNullable(context.getFormParams().getFirst(parameter)).filter(value -> !value.isBlank());
    }
}
