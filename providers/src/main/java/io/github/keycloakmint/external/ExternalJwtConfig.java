package io.github.keycloakmint.external;

import io.github.keycloakmint.kernel.keycloak.AdminInput;
import jakarta.enterprise.context.ContextNotActiveException;
import java.net.URI;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.keycloak.models.IdentityProviderModel;
import org.keycloak.models.IdentityProviderQuery;
import org.keycloak.models.IdentityProviderType;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.urls.UrlType;
import org.keycloak.utils.KeycloakSessionUtil;

/**
 * The configuration of an identity provider of type {@code external-jwt} as an admin saves it. Keycloak calls
 * {@link #validate} for creation, update, realm import and partial import ({@code RepresentationToModel.toModel}), and
 * stores what it leaves.
 */
final class ExternalJwtConfig extends IdentityProviderModel {

    private static final long serialVersionUID = 1L;

    /** In the configuration of each provider of this type, so that one query tells whether a realm has one. */
    static final String MARK = "externalJwt";

    static final String MARKED = "true";

    /**
     * The admin console's form for custom types won't be sent without these. A value that means nothing is kept for both,
     * whatever was typed, so that the form can be sent again and no secret lies around.
     */
    private static final Map<String, String> FILLERS = Map.of("clientId", "not-used", "clientSecret", "not-used");

    ExternalJwtConfig() {}

    ExternalJwtConfig(IdentityProviderModel model) {
        super(model);
    }

    @Override
    public void validate(RealmModel realm) {
        try {
            refusePrivateKeys();
            refuseIgnoredRestrictions();
            settle(TrustRules.read(this, TrustRules.project(realm)));
            KeycloakSession session = KeycloakSessionUtil.getKeycloakSession();
            refuseOwnIssuer(session, realm);
            refuseTakenIssuer(session);
        } catch (BadSetting e) {
            throw AdminInput.refused(e.text());
        }
    }

    /** All values, also of keys that mean nothing here. */
    private void refusePrivateKeys() {
        getConfig().forEach((key, value) -> {
            if (value != null && PrivateKeys.in(value)) {
                throw new BadSetting(label(key), "must not have a private or secret key in it");
            }
        });
    }

    /**
     * The admin console offers these for every type, under "Advanced settings". Each of them would keep somebody out, and
     * would do nothing here: better no provider than one that is believed to be narrower than it is.
     */
    private void refuseIgnoredRestrictions() {
        refuse("Account linking only", Boolean.TRUE.equals(isLinkOnly()));
        refuse("Verify essential claim", isFilteredByClaims());
        refuse("First login flow override", getFirstBrokerLoginFlowId() != null);
        refuse("Post login flow", getPostBrokerLoginFlowId() != null);
        refuse("Do not store users", Boolean.parseBoolean(getConfig().get(DO_NOT_STORE_USERS)));
    }

    private static void refuse(String label, boolean set) {
        if (set) {
            throw new BadSetting(label, "does not work with this type of identity provider");
        }
    }

    /** The issuer is stored as it is looked up. Other defaults stay empty, and so follow those of the bundle. */
    private void settle(Trust trust) {
        Map<String, String> config = new HashMap<>(getConfig());
        config.remove(Setting.NOTICE.key());
        config.putAll(FILLERS);
        config.put(MARK, MARKED);
        config.put(Setting.ISSUER.key(), trust.issuer());
        setConfig(config);
    }

    /** With this realm as its own external project, any of its tokens could be turned into a session of another client. */
    private void refuseOwnIssuer(KeycloakSession session, RealmModel realm) {
        try {
            URI base = session.getContext().getUri(UrlType.FRONTEND).getBaseUri();
            String own = base.toString().replaceFirst("/$", "") + "/realms/" + realm.getName();
            if (issuer().equals(own)) {
                throw new BadSetting(Setting.ISSUER, "must not be this realm itself");
            }
        } catch (ContextNotActiveException e) {
            // An import at start has no request, and without a fixed hostname the realm has no issuer yet. The file is
            // the
            // deployer's; and tokens of our own are refused by their type as well.
            return;
        }
    }

    private void refuseTakenIssuer(KeycloakSession session) {
        IdentityProviderQuery sameIssuer = IdentityProviderQuery.type(IdentityProviderType.JWT_AUTHORIZATION_GRANT)
                .with(Setting.ISSUER.key(), issuer());
        Optional<String> other = session.identityProviders()
                .getAllStream(sameIssuer, null, null)
                .filter(provider -> ExternalJwtProviderFactory.ID.equals(provider.getProviderId()))
                .filter(provider -> issuer().equals(provider.getConfig().get(Setting.ISSUER.key())))
                .map(IdentityProviderModel::getAlias)
                .filter(alias -> !Objects.equals(alias, getAlias()))
                .findFirst();
        other.ifPresent(alias -> {
            throw new BadSetting(Setting.ISSUER, "the identity provider '" + alias + "' has it already");
        });
    }

    private String issuer() {
        return Objects.requireNonNull(getConfig().get(Setting.ISSUER.key()));
    }

    private static String label(@Nullable String key) {
        for (Setting setting : Setting.values()) {
            if (setting.key().equals(key)) {
                return setting.label();
            }
        }
        return "Field " + key;
    }
}
