package io.github.keycloakmint.kernel.keycloak;

/**
 * Conditions for queries of the bundle's own tables, that hold where a row names what Keycloak no longer has. What lives in
 * another storage than the database (ids that start with {@code f:}, StorageId) counts as there: only its storage knows.
 */
public final class Gone {

    private static final String LOCAL = " not like 'f:%' and not exists (select g.id from ";

    private Gone() {}

    public static String realm(String column) {
        return "(not exists (select g.id from RealmEntity g where g.id = " + column + "))";
    }

    public static String user(String column) {
        return "(" + column + LOCAL + "UserEntity g where g.id = " + column + "))";
    }

    public static String client(String column) {
        return "(" + column + LOCAL + "ClientEntity g where g.id = " + column + "))";
    }

    /** Where {@code column} is null there is none to be gone. */
    public static String account(String column) {
        return "(" + column + " is not null and not exists (select g.id from OrganizationEntity g where g.id = "
                + column + "))";
    }

    /** The user is no member of the account, whether or not either is there; not so where there is no account at all. */
    public static String membership(String user, String account) {
        return "(" + account + " is not null and " + user
                + " not like 'f:%' and not exists (select m.groupId from UserGroupMembershipEntity m, OrganizationEntity g"
                + " where g.id = " + account + " and m.groupId = g.groupId and m.user.id = " + user + "))";
    }
}
