package io.github.keycloakmint.external;

import io.github.keycloakmint.kernel.keycloak.GrantRefusingProvider;
import java.util.List;
import org.keycloak.broker.provider.IdentityProviderMapper;

/**
 * An identity provider whose users come with a signed JWT to the endpoints of this room. To Keycloak it is a name that
 * federated identities and mappers hang on: it has no login page, no broker endpoint and no grant.
 */
public final class ExternalJwtProvider extends GrantRefusingProvider<ExternalJwtConfig> {

    /** Keycloak's mappers of this type read claims out of a verified token, and so do here. */
    private static final String CLAIM_MAPPERS = "oidc";

    private final ExternalJwtConfig config;

    ExternalJwtProvider(ExternalJwtConfig config) {
        this.config = config;
    }

    @Override
    public ExternalJwtConfig getConfig() {
        return config;
    }

    /** Of those for {@code keycloak-oidc} alone there is one, and it reads an access token, which there is none of. */
    @Override
    public boolean isMapperSupported(IdentityProviderMapper mapper) {
        List<String> types = List.of(mapper.getCompatibleProviders());
        return types.contains(IdentityProviderMapper.ANY_PROVIDER)
                || types.contains(CLAIM_MAPPERS)
                || types.contains(ExternalJwtProviderFactory.ID);
    }
}
