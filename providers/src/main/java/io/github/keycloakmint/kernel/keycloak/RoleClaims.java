package io.github.keycloakmint.kernel.keycloak;

import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.keycloak.models.ClientModel;
import org.keycloak.models.ProtocolMapperContainerModel;
import org.keycloak.models.ProtocolMapperModel;
import org.keycloak.organization.protocol.mappers.oidc.OrganizationGroupMembershipMapper;
import org.keycloak.organization.protocol.mappers.oidc.OrganizationMembershipMapper;
import org.keycloak.protocol.oidc.mappers.GroupMembershipMapper;
import org.keycloak.protocol.oidc.mappers.OIDCAttributeMapperHelper;
import org.keycloak.protocol.oidc.mappers.UserClientRoleMappingMapper;
import org.keycloak.protocol.oidc.mappers.UserRealmRoleMappingMapper;
import org.keycloak.utils.JsonUtils;

/**
 * Names of the claims to which a client's mappers write roles, groups or organizations, which say what a user is outside of
 * the one account that a narrowed token is for (T7). By what the mapper is, since the name is the admin's to choose.
 */
final class RoleClaims {

    private static final Set<String> MAPPERS = Set.of(
            UserRealmRoleMappingMapper.PROVIDER_ID,
            UserClientRoleMappingMapper.PROVIDER_ID,
            GroupMembershipMapper.PROVIDER_ID,
            OrganizationMembershipMapper.PROVIDER_ID,
            OrganizationGroupMembershipMapper.PROVIDER_ID);

    private RoleClaims() {}

    /** Those of the client's own mappers and of its default scopes, which are all that its narrowed tokens have. */
    static Set<String> of(@Nullable ClientModel client) {
        return Stream.ofNullable(client)
                .flatMap(each -> Stream.<ProtocolMapperContainerModel>concat(
                        Stream.of(each), each.getClientScopes(true).values().stream()))
                .flatMap(ProtocolMapperContainerModel::getProtocolMappersStream)
                .filter(mapper -> MAPPERS.contains(mapper.getProtocolMapper()))
                .flatMap(mapper -> claim(mapper).stream())
                .collect(Collectors.toUnmodifiableSet());
    }

    /** A dot makes an object of what is before it. */
    private static Optional<String> claim(ProtocolMapperModel mapper) {
        return Optional.ofNullable(mapper.getConfig().get(OIDCAttributeMapperHelper.TOKEN_CLAIM_NAME))
                .flatMap(name -> JsonUtils.splitClaimPath(name).stream().findFirst());
    }
}
