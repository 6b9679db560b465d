package io.github.keycloakmint.kernel.audit;

import java.util.Locale;

/** How a call ended: a closed set, since it labels metrics (T11). */
public enum Outcome {
    SUCCESS,
    BAD_REQUEST,
    UNAUTHORIZED,
    FORBIDDEN,
    NOT_FOUND,
    CONFLICT,
    LIMITED,
    ERROR;

    public static Outcome ofStatus(int status) {
        return switch (status) {
            case 401 -> UNAUTHORIZED;
            case 403 -> FORBIDDEN;
            case 404 -> NOT_FOUND;
            case 409 -> CONFLICT;
            case 429 -> LIMITED;
            default -> status < 300 ? SUCCESS : status < 500 ? BAD_REQUEST : ERROR;
        };
    }

    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Unauthenticated and limited calls write no database event, or a stranger could fill the table (T11). */
    boolean stored() {
        return this != UNAUTHORIZED && this != LIMITED;
    }
}
