package io.github.keycloakmint.kernel.http;

import java.time.Duration;
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
    private final Manner manner;
    private final Duration beat;

    private enum Manner {
        PLAIN,
        /** At a moment that doesn't depend on the cause. */
        EVEN,
        /** What was written on the way stays. */
        KEEPING
    }

    private Refusal(
            @Nullable ErrorCode code, @Nullable Fault fault, @Nullable String text, String cause, Manner manner) {
        this(code, fault, text, cause, manner, EvenTime.BEAT);
    }

    private Refusal(
            @Nullable ErrorCode code,
            @Nullable Fault fault,
            @Nullable String text,
            String cause,
            Manner manner,
            Duration beat) {
        // refusals are ordinary answers: no stack trace is worth its cost under a flood of them
        super(cause, null, false, false);
        this.code = code;
        this.fault = fault;
        this.text = text;
        this.cause = cause;
        this.manner = manner;
        this.beat = beat;
    }

    /** Refuses with the capability's own code. */
    public static Refusal of(ErrorCode code, String cause) {
        return new Refusal(code, null, null, cause, Manner.PLAIN);
    }

    /** As {@link #of(ErrorCode, String)}, with a text that says what about the caller's own input is wrong. */
    public static Refusal of(ErrorCode code, String text, String cause) {
        return new Refusal(code, null, text, cause, Manner.PLAIN);
    }

    /** As {@link #of(ErrorCode, String)}, but what was written on the way is kept: a session that was ended, say. */
    public static Refusal keeping(ErrorCode code, String cause) {
        return new Refusal(code, null, null, cause, Manner.KEEPING);
    }

    /** As {@link #of(ErrorCode, String)}, and answered at a moment that does not depend on the cause (T16). */
    public static Refusal evenly(ErrorCode code, String cause) {
        return new Refusal(code, null, null, cause, Manner.EVEN);
    }

    /**
     * As {@link #evenly(ErrorCode, String)}, on a beat of one's own: several times what the work takes that differs from
     * cause to cause. Hashing a password takes longer than all else.
     */
    public static Refusal evenly(ErrorCode code, String cause, Duration beat) {
        return new Refusal(code, null, null, cause, Manner.EVEN, beat);
    }

    /** As {@link #of(Fault, String)}, but what was written on the way is kept. */
    public static Refusal keeping(Fault fault, String cause) {
        return new Refusal(null, fault, null, cause, Manner.KEEPING);
    }

    /** Refuses with the capability's word for {@code fault}. */
    public static Refusal of(Fault fault, String cause) {
        return new Refusal(null, fault, null, cause, Manner.PLAIN);
    }

    /** As {@link #of(Fault, String)}, with a text of its own. */
    public static Refusal of(Fault fault, String text, String cause) {
        return new Refusal(null, fault, text, cause, Manner.PLAIN);
    }

    /** 400 with a text that says what about the input is wrong, without repeating it. */
    public static Refusal badInput(String text, String cause) {
        return new Refusal(null, Fault.BAD_REQUEST, text, cause, Manner.PLAIN);
    }

    /** 500; {@code reference} is what the log has the failure under, and all that a caller learns of it. */
    static Refusal unexpected(String reference) {
        return new Refusal(null, Fault.INTERNAL, null, reference, Manner.PLAIN);
    }

    /** Where the log tells more, for shapes that have a place for it. */
    Optional<String> reference() {
        return fault == Fault.INTERNAL ? Optional.of(cause) : Optional.empty();
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
        return manner == Manner.EVEN;
    }

    Duration beat() {
        return beat;
    }

    boolean keeps() {
        return manner == Manner.KEEPING;
    }

    String cause() {
        return cause;
    }
}
