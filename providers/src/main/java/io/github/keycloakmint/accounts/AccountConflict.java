package io.github.keycloakmint.accounts;

import io.github.keycloakmint.kernel.http.ErrorCode;

/** What an account's state does not allow: faults that the plain shape has no word for. */
enum AccountConflict implements ErrorCode {
    TOO_MANY_ACCOUNTS("You own as many accounts as you may"),
    LAST_OWNER("The account needs an owner"),
    MANAGED_MEMBER("The member is managed by an identity provider of the account"),
    MANAGED_ACCOUNT("The account is tied to something that administrators manage"),
    TOO_MANY_MEMBERSHIPS("The user is in as many accounts as he may"),
    OWNS_TOO_MANY("The user owns as many accounts as he may"),
    ALREADY_MEMBER("The account has a member with this email address"),
    TOO_MANY_INVITATIONS("The account has as many open invitations as it may"),
    TOO_MANY_A_DAY("As many invitations as may be were sent today"),
    INVITED_BY_ADMIN("An administrator has invited this email address"),
    NO_MAIL("Invitations can't be mailed here");

    private final String text;

    AccountConflict(String text) {
        this.text = text;
    }

    @Override
    public int status() {
        return 409;
    }

    @Override
    public String code() {
        return "conflict";
    }

    @Override
    public String text() {
        return text;
    }
}
