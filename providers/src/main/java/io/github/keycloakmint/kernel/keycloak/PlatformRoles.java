package io.github.keycloakmint.kernel.keycloak;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.keycloak.models.GroupModel;
import org.keycloak.models.RealmModel;
import org.keycloak.models.RoleModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.utils.RoleUtils;

/** A user's realm roles from outside organization groups: a team's role is no platform role (T7). */
public record PlatformRoles(Set<String> names) {

    private static final String SHIPPED_ORDER = "admin,creator,premium,basic,free";

    /** The realm's platform roles, highest first ({@code mint.role-order}). */
    public static List<String> order(RealmModel realm) {
        return Arrays.stream(Optional.ofNullable(realm.getAttribute("mint.role-order"))
                        .filter(order -> !order.isBlank())
                        .orElse(SHIPPED_ORDER)
                        .split(",", -1))
                .map(String::trim)
                .filter(role -> !role.isEmpty())
                .toList();
    }

    public static PlatformRoles of(UserModel user) {
        Set<RoleModel> mapped = new HashSet<>();
        user.getRoleMappingsStream().forEach(mapped::add);
        // Keycloak's cached user leaves organization groups out here, its uncached one does not
        user.getGroupsStream()
                .filter(group -> group.getType() == GroupModel.Type.REALM)
                .flatMap(group -> Stream.iterate(group, Objects::nonNull, GroupModel::getParent))
                .flatMap(GroupModel::getRoleMappingsStream)
                .forEach(mapped::add);
        return new PlatformRoles(RoleUtils.expandCompositeRoles(mapped).stream()
                .filter(role -> !role.isClientRole())
                .map(RoleModel::getName)
                .collect(Collectors.toUnmodifiableSet()));
    }

    /** The first of {@code order} that the user has. */
    public Optional<String> highest(List<String> order) {
        return order.stream().filter(names::contains).findFirst();
    }
}
