package io.github.keycloakmint.kernel.http;

/** 403 where there would be more permissions than the realm lets one token carry. */
public enum TooManyPermissions implements ErrorCode {
    TOO_MANY_PERMISSIONS;

    /** @param text says how many there are and what the limit is */
    public static Refusal refusal(String text) {
        return Refusal.of(TOO_MANY_PERMISSIONS, text, "too_many_permissions");
    }

    @Override
    public int status() {
        return 403;
    }

    @Override
    public String code() {
        return "too_many_permissions";
    }

    @Override
    public String text() {
        return "There are more permissions than fit";
    }
}
