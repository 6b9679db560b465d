package io.github.keycloakmint.kernel.http;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A refusal on its way to the caller. What the caller sees is the code's status and text, or {@code text} where the
 * error is about the caller's own input; {@code cause} is a short word for log and event, never shown.
 */
public final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient @Nullable ErrorCode code;
    private final @Nullable Fault fault;
    private final @Nullable String text;
    private final String cause;
    private final boolean even;

    private Refusal(
            @Nullable ErrorCode code, @Nullable Fault fault, @Nullable String text, String cause, boolean even) {
        // refusals are ordinary answers: no stack trace is worth its cost under a flood of them
        super(cause, null, false, false);
        this.code = code;
        this.fault = fault;
        this.text = text;
        this.cause = cause;
        this.even = even;
    }

    /** Refuses with the capability's own code. */
    public static Refusal of(ErrorCode code, String cause) {
        return new Refusal(code, null, null, cause, false);
    }

    /** As {@link #of(ErrorCode, String)}, and answered at a moment that does not depend on the cause (T16). */
    public static Refusal evenly(ErrorCode code, String cause) {
        return new Refusal(code, null, null, cause, true);
    }

    /** Refuses with the capability's word for {@code fault}. */
    public static Refusal of(Fault fault, String cause) {
        return new Refusal(null, fault, null, cause, false);
    }

    /** 400 with a text that says what about the input is wrong, without repeating it. */
    public static Refusal badInput(String text, String cause) {
        return new Refusal(null, Fault.BAD_REQUEST, text, cause, false);
    }

    ErrorCode codeIn(ErrorShape shape) {
        if (code != null) {
            return code;
        }
        return shape.of(fault == null ? Fault.INTERNAL : fault);
    }

    Optional<String> text() {
        return Optional.ofNullable(text);
    }

    boolean even() {
        return even;
    }

    String cause() {
        return cause;
    }
}
