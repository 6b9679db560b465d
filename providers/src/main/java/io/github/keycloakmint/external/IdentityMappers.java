package io.github.keycloakmint.external;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import org.keycloak.broker.provider.BrokeredIdentityContext;
import org.keycloak.broker.provider.IdentityProviderMapper;
import org.keycloak.broker.provider.IdentityProviderMapperSyncModeDelegate;
import org.keycloak.models.IdentityProviderMapperModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.representations.JsonWebToken;

/**
 * Runs the mappers that an admin has put on the identity provider: the only way from a claim to a role, a group, an
 * organization or an attribute that is not of the profile. In the order and with the sync modes of
 * AbstractTokenExchangeProvider.importUserFromExternalIdentity; a token that the issuer wants kept is not (a provider's
 * "store tokens" is for tokens of its own protocol).
 *
 * <p>Mappers in FORCE mode are run at each call, first on a user who writes nothing ({@link SparingUser#dry}): that holds
 * for any claim and any change that an admin made to the user meanwhile, while a digest of the claims would miss the
 * latter, and change with every {@code auth_time} or {@code at_hash}.
 */
final class IdentityMappers {

    /** {@code OIDCIdentityProvider.VALIDATED_ID_TOKEN}, which mappers of claims read. */
    private static final String VALIDATED_ID_TOKEN = "VALIDATED_ID_TOKEN";

    /** Keycloak's own are no claims to a mapper ({@code AbstractClaimMapper.getClaimValue}). */
    private static final Set<String> OF_THE_TOKEN =
            Set.of("iss", "sub", "aud", "exp", "nbf", "iat", "jti", "typ", "azp");

    /** Keycloak doesn't cache a provider's list of mappers, and it is asked for at each call. By realm and provider. */
    private static final Cache<String, List<IdentityProviderMapperModel>> KNOWN = Caffeine.newBuilder()
            .maximumSize(1_000)
            .expireAfterWrite(Duration.ofSeconds(2))
            .build();

    private final KeycloakSession session;
    private final RealmModel realm;
    private final List<IdentityProviderMapperModel> mappers;
    private final BrokeredIdentityContext context;
    private final String alias;

    private IdentityMappers(
            KeycloakSession session,
            RealmModel realm,
            List<IdentityProviderMapperModel> mappers,
            BrokeredIdentityContext context,
            String alias) {
        this.session = session;
        this.realm = realm;
        this.mappers = mappers;
        this.context = context;
        this.alias = alias;
    }

    /** The provider's mappers, ready for this token's user; changes of an admin hold within two seconds. */
    static IdentityMappers of(KeycloakSession session, RealmModel realm, ForeignToken token, ForeignProfile profile) {
        BrokeredIdentityContext context =
                new BrokeredIdentityContext(token.foreignId(), token.trust().provider());
        List<IdentityProviderMapperModel> mappers = known(session, realm, token.trust());
        IdentityMappers all = new IdentityMappers(
                session, realm, mappers, context, token.trust().alias());
        if (!mappers.isEmpty()) {
            all.prepare(token, profile);
        }
        return all;
    }

    private static List<IdentityProviderMapperModel> known(KeycloakSession session, RealmModel realm, Trust trust) {
        String key = realm.getId() + " " + trust.alias();
        // not by a loader: it would hold the cache's lock while it waits for a connection
        List<IdentityProviderMapperModel> mappers = KNOWN.getIfPresent(key);
        if (mappers == null) {
            mappers = session.identityProviders()
                    .getMappersByAliasStream(trust.alias())
                    .toList();
            KNOWN.put(key, mappers);
        }
        return mappers;
    }

    private void prepare(ForeignToken token, ForeignProfile profile) {
        context.setUsername(profile.given(ProfileField.USERNAME).orElse(token.foreignId()));
        context.setBrokerUserId(token.trust().alias() + "." + token.foreignId());
        context.setEmail(profile.given(ProfileField.EMAIL).orElse(null));
        context.setFirstName(profile.given(ProfileField.FIRST_NAME).orElse(null));
        context.setLastName(profile.given(ProfileField.LAST_NAME).orElse(null));
        JsonWebToken claims = new JsonWebToken();
        claims.issuer(token.trust().issuer()).subject(token.foreignId());
        StoredJson.members(token.claims()).forEach((name, value) -> {
            if (!OF_THE_TOKEN.contains(name)) {
                claims.setOtherClaims(name, value);
            }
        });
        context.getContextData().put(VALIDATED_ID_TOKEN, claims);
        each((mapper, model) -> mapper.preprocessFederatedIdentity(session, realm, model, context));
    }

    /** What a user who is created gets from mappers before he exists. */
    Map<ProfileField, Optional<String>> fieldsOfNewUser(ForeignProfile profile) {
        MappedFields fields = fields();
        if (!mappers.isEmpty()) {
            differing(profile, fields, ProfileField.EMAIL, Optional.ofNullable(context.getEmail()));
            differing(profile, fields, ProfileField.FIRST_NAME, Optional.ofNullable(context.getFirstName()));
            differing(profile, fields, ProfileField.LAST_NAME, Optional.ofNullable(context.getLastName()));
        }
        return fields.taken();
    }

    private static void differing(
            ForeignProfile profile, MappedFields fields, ProfileField field, Optional<String> mapped) {
        if (!mapped.equals(profile.given(field))) {
            fields.take(field, mapped);
        }
    }

    /** For a user who was created just now. Returns what mappers did to fields of the profile. */
    Map<ProfileField, Optional<String>> importNew(UserModel user) {
        SparingUser sparing = SparingUser.writing(user, fields());
        each((mapper, model) -> mapper.importNewUser(session, realm, sparing, model, context));
        context.getAttributes().forEach(sparing::setAttribute);
        return sparing.fields();
    }

    /** What {@link #update} would do, without doing it. */
    SparingUser dryRun(UserModel user) {
        return update(SparingUser.dry(user, fields()));
    }

    /** For a user who has been here, or whose account was linked. */
    SparingUser update(UserModel user) {
        return update(SparingUser.writing(user, fields()));
    }

    private SparingUser update(SparingUser user) {
        each((mapper, model) -> IdentityProviderMapperSyncModeDelegate.delegateUpdateBrokeredUser(
                session, realm, user, model, context, mapper));
        return user;
    }

    private MappedFields fields() {
        return new MappedFields(realm, alias);
    }

    private void each(BiConsumer<IdentityProviderMapper, IdentityProviderMapperModel> run) {
        mappers.forEach(model -> run.accept(mapper(model), model));
    }

    private IdentityProviderMapper mapper(IdentityProviderMapperModel model) {
        return Optional.ofNullable((IdentityProviderMapper) session.getKeycloakSessionFactory()
                        .getProviderFactory(IdentityProviderMapper.class, model.getIdentityProviderMapper()))
                // what it would have taken away is not known, so nobody gets in without it
                .orElseThrow(() -> new IllegalStateException("Mapper " + model.getName() + " is not installed"));
    }
}
