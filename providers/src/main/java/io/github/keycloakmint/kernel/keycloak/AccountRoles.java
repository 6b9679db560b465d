package io.github.keycloakmint.kernel.keycloak;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.keycloak.models.RealmModel;

/**
 * Roles that members have in accounts, the highest first: the realm's {@code mint.account-role-order}. Whatever the order,
 * two of them have a say over others, by their names: {@value #OWNER} and {@value #ADMIN}.
 */
public final class AccountRoles {

    public static final String OWNER = "owner";
    public static final String ADMIN = "admin";
    public static final String MEMBER = "member";

    /** The groups of a new account, and the order where a realm sets none. */
    static final List<String> SHIPPED = List.of(OWNER, ADMIN, MEMBER);

    private final List<String> order;

    private AccountRoles(List<String> order) {
        this.order = order;
    }

    public static AccountRoles of(RealmModel realm) {
        return of(Optional.ofNullable(realm.getAttribute("mint.account-role-order")));
    }

    static AccountRoles of(Optional<String> attribute) {
        List<String> set = Stream.of(attribute.orElse("").split(",", -1))
                .map(String::trim)
                .filter(role -> !role.isEmpty())
                .distinct()
                .toList();
        return new AccountRoles(set.isEmpty() ? SHIPPED : set);
    }

    /** True for a role that members can be given. */
    public boolean contains(String role) {
        return order.contains(role);
    }

    /** Highest first. */
    public List<String> inOrder() {
        return order;
    }

    /** The highest of a member's groups; names that are no role come behind those that are, by the alphabet. */
    public Optional<String> highest(Collection<String> groups) {
        return groups.stream().min(Comparator.comparingInt(this::rank).thenComparing(Comparator.naturalOrder()));
    }

    /** The lowest of the realm's roles that is among {@code groups}. */
    public Optional<String> lowest(Collection<String> groups) {
        return groups.stream().filter(order::contains).max(Comparator.comparingInt(this::rank));
    }

    /** Lower is higher. */
    int rank(String role) {
        int at = order.indexOf(role);
        return at < 0 ? order.size() : at;
    }

    /** Whether somebody with the role {@code giver} may say who has {@code role}, or take it away. */
    public static boolean rules(Optional<String> giver, Optional<String> role) {
        return giver.filter(OWNER::equals).isPresent()
                || (giver.filter(ADMIN::equals).isPresent()
                        && role.filter(OWNER::equals).isEmpty());
    }
}
