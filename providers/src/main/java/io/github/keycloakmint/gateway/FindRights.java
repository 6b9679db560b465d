package io.github.keycloakmint.gateway;

import io.github.keycloakmint.kernel.caller.ApiKey;
import io.github.keycloakmint.kernel.http.Fault;
import io.github.keycloakmint.kernel.http.Refusal;
import io.github.keycloakmint.kernel.keycloak.Audiences;
import io.github.keycloakmint.kernel.keycloak.BearerToken;
import io.github.keycloakmint.kernel.keycloak.Entitlements;
import io.github.keycloakmint.kernel.keycloak.PlatformRoles;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.OrganizationModel;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;

/**
 * Finds what an identity may do now (T7, T33): in the account that is asked for, else in the one that its credential speaks
 * of. A credential that was narrowed stays as narrow, whatever is asked for (T4).
 */
final class FindRights {

    /** Where a token says of which account it speaks. */
    private static final List<String> ACCOUNT_CLAIMS = List.of("account_id", "team_id");

    private final KeycloakSession session;
    private final RealmModel realm;
    private final Entitlements entitlements;
    private final KeptRights kept;

    FindRights(KeycloakSession session, RealmModel realm, KeptRights kept) {
        this.session = session;
        this.realm = realm;
        this.entitlements = new Entitlements(session, realm);
        this.kept = kept;
    }

    /** @throws Refusal 403 for an account or an audience that the identity does not have; 401 where its own account has gone */
    Rights of(Identity identity, Optional<String> account, Optional<String> audience) {
        Optional<ClientModel> client = audience.map(asked -> audience(identity, asked));
        if (identity.key().isPresent()) {
            return ofKey(identity.key().get(), account, client);
        }
        BearerToken bearer = identity.bearer().orElseThrow();
        if (identity.minted()) {
            requireNone(account);
            return onPlatform(bearer);
        }
        return bearer.grant(session).isPresent() ? narrowed(bearer, account) : inSession(bearer, account, client);
    }

    /**
     * A token that the bundle made and that says for whom it is, is for nobody else, whoever made it (T4): what one app was shown
     * is no key to another. Sessions, keys, and minted tokens that name nobody go where their client may ask for tokens.
     */
    private ClientModel audience(Identity identity, String asked) {
        Optional<List<String>> own = identity.bearer()
                .filter(bearer -> bearer.grant(session).isPresent())
                .map(FindRights::audiences)
                .filter(names -> !identity.minted() || !names.isEmpty());
        return own.map(names -> Optional.of(asked)
                        .filter(names::contains)
                        .flatMap(name -> Optional.ofNullable(realm.getClientByClientId(name)))
                        .filter(ClientModel::isEnabled))
                .orElseGet(() -> Audiences.find(identity.client(), asked))
                .orElseThrow(() -> Refusal.of(GatewayError.INVALID_TARGET, "audience_not_allowed"));
    }

    private static List<String> audiences(BearerToken bearer) {
        String @Nullable [] named = bearer.token().getAudience();
        return named == null ? List.of() : Arrays.asList(named);
    }

    private Rights onPlatform(BearerToken bearer) {
        return new Rights(
                Optional.empty(), PlatformRoles.of(bearer.user()).highest(PlatformRoles.order(realm)), List.of());
    }

    private Rights narrowed(BearerToken bearer, Optional<String> account) {
        Map<String, Object> claims = bearer.liveClaims(session);
        Optional<String> own = text(claims.get("account_id"));
        requireOwn(own, account);
        return new Rights(own, text(claims.get("role")), texts(claims.get("permissions")));
    }

    private Rights inSession(BearerToken bearer, Optional<String> account, Optional<ClientModel> audience) {
        if (account.isPresent()) {
            return in(bearer.user(), account.get(), audience).orElseThrow(() -> Refusal.of(Fault.FORBIDDEN, "account"));
        }
        Map<String, Object> claims = bearer.token().getOtherClaims();
        Optional<String> own = ACCOUNT_CLAIMS.stream()
                .flatMap(name -> text(claims.get(name)).stream())
                .findFirst();
        return own.map(id -> in(bearer.user(), id, audience)
                        // by id alone: an alias is free again when its organization is gone
                        .filter(rights -> rights.accountId().equals(own))
                        .orElseThrow(() -> Refusal.bearer(Optional.empty(), true, "account_left")))
                .orElse(Rights.NONE);
    }

    private Rights ofKey(ApiKey key, Optional<String> account, Optional<ClientModel> audience) {
        Optional<ApiKey.Account> own = key.account();
        account.filter(asked -> own.filter(it -> asked.equals(it.id()) || asked.equals(it.alias()))
                        .isEmpty())
                .ifPresent(asked -> {
                    throw Refusal.of(Fault.FORBIDDEN, "account");
                });
        List<String> permissions = audience.map(key::permissions).orElseGet(key::permissions);
        return new Rights(own.map(ApiKey.Account::id), own.flatMap(ApiKey.Account::role), permissions);
    }

    private Optional<Rights> in(UserModel user, String account, Optional<ClientModel> audience) {
        KeptRights.Question question = KeptRights.Question.ofMember(realm, user, account, audience);
        return kept.get(session, question, () -> read(user, account, audience))
                // an account that was disabled is seen at once, on every node: Keycloak's own cache knows
                .filter(rights -> rights.accountId().flatMap(entitlements::open).isPresent());
    }

    private Optional<Rights> read(UserModel user, String account, Optional<ClientModel> audience) {
        return audience.map(client -> entitlements.in(user, account, client))
                .orElseGet(() -> entitlements.in(user, account))
                .map(held -> new Rights(Optional.of(held.accountId()), held.role(), held.permissions()));
    }

    private void requireOwn(Optional<String> own, Optional<String> asked) {
        boolean met = asked.map(
                        name -> own.filter(id -> id.equals(name) || alias(id).equals(asked))
                                .isPresent())
                .orElse(true);
        if (!met) {
            throw Refusal.of(Fault.FORBIDDEN, "account");
        }
    }

    private Optional<String> alias(String accountId) {
        return entitlements.open(accountId).map(OrganizationModel::getAlias);
    }

    private static void requireNone(Optional<String> account) {
        if (account.isPresent()) {
            throw Refusal.of(Fault.FORBIDDEN, "account_of_minted");
        }
    }

    private static Optional<String> text(@Nullable Object claim) {
        return claim instanceof String text ? Optional.of(text) : Optional.empty();
    }

    private static List<String> texts(@Nullable Object claim) {
        return claim instanceof List<?> list
                ? list.stream()
                        .flatMap(item -> item instanceof String text ? Stream.of(text) : Stream.empty())
                        .toList()
                : List.of();
    }
}
