package io.github.keycloakmint.external;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.keycloak.models.GroupModel;
import org.keycloak.models.MembershipMetadata;
import org.keycloak.models.RoleModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.utils.UserModelDelegate;

/**
 * The user that Keycloak's identity-provider mappers are given. Mappers write without looking, so this user writes only
 * what is not so already, or nothing at all and just remembers that something would be written. What a mapper does to a
 * field of the profile is taken down and goes the way of the profile, so that an email has one set of rules (T22).
 */
final class SparingUser extends UserModelDelegate {

    private final boolean writing;
    private final MappedFields fields;
    private boolean changed;

    private SparingUser(UserModel user, MappedFields fields, boolean writing) {
        super(user);
        this.fields = fields;
        this.writing = writing;
    }

    static SparingUser writing(UserModel user, MappedFields fields) {
        return new SparingUser(user, fields, true);
    }

    /** Writes nothing. */
    static SparingUser dry(UserModel user, MappedFields fields) {
        return new SparingUser(user, fields, false);
    }

    /** True where a mapper did something to this user, fields of the profile aside. */
    boolean changed() {
        return changed;
    }

    /** What mappers did to fields of the profile. */
    Map<ProfileField, Optional<String>> fields() {
        return fields.taken();
    }

    private void unless(boolean already, Runnable write) {
        if (!already) {
            changed = true;
            if (writing) {
                write.run();
            }
        }
    }

    private boolean takenDown(String attribute, @Nullable String value) {
        Optional<ProfileField> field = ProfileField.ofAttribute(attribute);
        field.ifPresent(known -> fields.take(known, Optional.ofNullable(value)));
        return field.isPresent();
    }

    @Override
    public void setUsername(String username) {
        // ours alone (ForeignUserId): a username from a claim could be any local user's
    }

    @Override
    public void setEmail(@Nullable String email) {
        takenDown(EMAIL, email);
    }

    @Override
    public void setFirstName(@Nullable String name) {
        takenDown(FIRST_NAME, name);
    }

    @Override
    public void setLastName(@Nullable String name) {
        takenDown(LAST_NAME, name);
    }

    @Override
    public void setSingleAttribute(String name, @Nullable String value) {
        setAttribute(name, value == null ? List.of() : List.of(value));
    }

    @Override
    public void setAttribute(String name, @Nullable List<String> values) {
        List<String> wanted = values == null
                ? List.of()
                : values.stream().filter(Objects::nonNull).toList();
        if (name.equals(USERNAME) || ProfileAttributes.BOOKKEEPING.contains(name)) {
            return;
        }
        if (takenDown(name, wanted.isEmpty() ? null : wanted.get(0))) {
            return;
        }
        boolean already = super.getAttributeStream(name)
                .filter(Objects::nonNull)
                .sorted()
                .toList()
                .equals(wanted.stream().sorted().toList());
        unless(already, () -> super.setAttribute(name, wanted));
    }

    @Override
    public void removeAttribute(String name) {
        setAttribute(name, List.of());
    }

    @Override
    public void setEnabled(boolean enabled) {
        unless(isEnabled() == enabled, () -> super.setEnabled(enabled));
    }

    @Override
    public void setEmailVerified(boolean verified) {
        unless(isEmailVerified() == verified, () -> super.setEmailVerified(verified));
    }

    @Override
    public void addRequiredAction(String action) {
        unless(requires(action), () -> super.addRequiredAction(action));
    }

    @Override
    public void addRequiredAction(RequiredAction action) {
        addRequiredAction(action.name());
    }

    @Override
    public void removeRequiredAction(String action) {
        unless(!requires(action), () -> super.removeRequiredAction(action));
    }

    @Override
    public void removeRequiredAction(RequiredAction action) {
        removeRequiredAction(action.name());
    }

    private boolean requires(String action) {
        return getRequiredActionsStream().anyMatch(action::equals);
    }

    @Override
    public void grantRole(RoleModel role) {
        unless(mapped(role), () -> super.grantRole(role));
    }

    @Override
    public void deleteRoleMapping(RoleModel role) {
        unless(!mapped(role), () -> super.deleteRoleMapping(role));
    }

    /** Directly: what comes through groups is no mapping of his. */
    private boolean mapped(RoleModel role) {
        return same(getRoleMappingsStream().map(RoleModel::getId), role.getId());
    }

    @Override
    public void joinGroup(GroupModel group) {
        unless(joined(group), () -> super.joinGroup(group));
    }

    @Override
    public void joinGroup(GroupModel group, MembershipMetadata metadata) {
        unless(joined(group), () -> getDelegate().joinGroup(group, metadata));
    }

    @Override
    public void leaveGroup(GroupModel group) {
        unless(!joined(group), () -> super.leaveGroup(group));
    }

    private boolean joined(GroupModel group) {
        return same(getGroupsStream().map(GroupModel::getId), group.getId());
    }

    private static boolean same(Stream<String> ids, String id) {
        return ids.anyMatch(id::equals);
    }
}
