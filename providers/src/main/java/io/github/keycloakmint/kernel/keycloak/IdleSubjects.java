package io.github.keycloakmint.kernel.keycloak;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.keycloak.connections.jpa.JpaConnectionProvider;
import org.keycloak.models.KeycloakSession;

/** Users who stand for accounts ({@link AccountSubject}) that nothing needs any more. */
public final class IdleSubjects {

    private IdleSubjects() {}

    /** One of them; {@code userId} is made of the two others. */
    public record Idle(String userId, String realmId, String accountId) {}

    /**
     * The next ones, of all realms, whether or not their accounts are there. By their names too: an export leaves the link
     * out (ExportUtils.exportUser). One query, which reads all users: {@code like} has no index in most collations.
     *
     * @param needed entity and column that name the users who are needed
     * @param after id of the last one of those before; empty to begin with
     */
    public static List<Idle> next(KeycloakSession session, Needed needed, String after, int most) {
        return session
                .getProvider(JpaConnectionProvider.class)
                .getEntityManager()
                .createQuery(
                        "select u.id, u.realmId, u.serviceAccountClientLink, u.username from UserEntity u"
                                + " where (u.serviceAccountClientLink like :link or u.username like :name)"
                                + " and u.id > :after and not exists (select 1 from " + needed.entity()
                                + " n where n." + needed.column() + " = u.id) order by u.id",
                        Object[].class)
                .setParameter("link", AccountSubject.LINK + "%")
                .setParameter("name", AccountSubject.NAME + "%")
                .setParameter("after", after)
                .setMaxResults(most)
                .getResultList()
                .stream()
                .map(row -> new Idle((String) row[0], (String) row[1], account((String) row[2], (String) row[3])))
                .toList();
    }

    /** A column of another table that holds ids of users. */
    public record Needed(String entity, String column) {}

    private static String account(@Nullable String link, String username) {
        return Optional.ofNullable(link)
                .filter(value -> value.startsWith(AccountSubject.LINK))
                .map(value -> value.substring(AccountSubject.LINK.length()))
                .orElseGet(() -> username.substring(AccountSubject.NAME.length()));
    }
}
