package io.github.keycloakmint.kernel.http;

import io.github.keycloakmint.kernel.audit.Outcome;
import jakarta.ws.rs.core.HttpHeaders;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A refusal on its way to the caller. What the caller sees is the code's status and text, or {@code text} where the
 * error is about the caller's own input; {@code cause} is a short word for log and event, never shown.
 */
public final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private static final String EXPIRED = "expired_token";

    private final transient @Nullable ErrorCode code;
    private final @Nullable Fault fault;
    private final @Nullable String text;
    private final String cause;
    private final transient Manner manner;

    /**
     * @param beat answered on it, at a moment that doesn't depend on the cause
     * @param keeps what was written on the way stays
     * @param headers of the answer
     */
    private record Manner(Optional<Duration> beat, boolean keeps, Map<String, String> headers) {
        static final Manner PLAIN = new Manner(Optional.empty(), false, Map.of());
        static final Manner KEEPING = new Manner(Optional.empty(), true, Map.of());

        static Manner even(Duration beat) {
            return new Manner(Optional.of(beat), false, Map.of());
        }

        static Manner with(String header, String value) {
            return new Manner(Optional.empty(), false, Map.of(header, value));
        }
    }

    private Refusal(
            @Nullable ErrorCode code, @Nullable Fault fault, @Nullable String text, String cause, Manner manner) {
        // refusals are ordinary answers: no stack trace is worth its cost under a flood of them
        super(cause, null, false, false);
        this.code = code;
        this.fault = fault;
        this.text = text;
        this.cause = cause;
        this.manner = manner;
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
        return new Refusal(code, null, null, cause, Manner.even(EvenTime.BEAT));
    }

    /**
     * As {@link #evenly(ErrorCode, String)}, on a beat of one's own: several times what the work takes that differs from
     * cause to cause. Hashing a password takes longer than all else.
     */
    public static Refusal evenly(ErrorCode code, String cause, Duration beat) {
        return new Refusal(code, null, null, cause, Manner.even(beat));
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

    /**
     * 401 for a caller without an access token that is good here; tells him by {@code WWW-Authenticate} (RFC 6750 section 3).
     *
     * @param text its own, or empty
     * @param shown whether he showed one, of whatever kind
     */
    public static Refusal bearer(Optional<String> text, boolean shown, String cause) {
        String challenge = shown ? "Bearer error=\"invalid_token\"" : "Bearer";
        Manner manner = Manner.with(HttpHeaders.WWW_AUTHENTICATE, challenge);
        return new Refusal(null, Fault.UNAUTHORIZED, text.orElse(null), cause, manner);
    }

    /** As {@link #bearer}, for a token that says itself that it has ended: its holder gets another one, and has guessed nothing. */
    public static Refusal expired() {
        return bearer(Optional.empty(), true, EXPIRED);
    }

    /**
     * 429 that says when to come again (RFC 9110 section 10.2.3).
     *
     * @param headers that say which limit it was
     */
    public static Refusal limited(long seconds, Map<String, String> headers, String cause) {
        Map<String, String> all = new HashMap<>(headers);
        all.put(HttpHeaders.RETRY_AFTER, String.valueOf(seconds));
        Manner manner = new Manner(Optional.empty(), false, Map.copyOf(all));
        return new Refusal(null, Fault.TOO_MANY_REQUESTS, null, cause, manner);
    }

    /** The same refusal, but what was written on the way is kept. */
    public Refusal kept() {
        return new Refusal(code, fault, text, cause, new Manner(manner.beat, true, manner.headers));
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

    /** How the call ends that is refused so: over a limit, whatever status a shape has for that. */
    Outcome outcome(ErrorShape shape) {
        return fault == Fault.TOO_MANY_REQUESTS
                ? Outcome.LIMITED
                : Outcome.ofStatus(codeIn(shape).status());
    }

    /** Whether the caller failed to show who he is, in whatever words; not whose token merely came to its end. */
    public boolean unauthorized() {
        boolean status = code == null ? fault == Fault.UNAUTHORIZED : code.status() == Fault.UNAUTHORIZED.status();
        return status && !cause.equals(EXPIRED);
    }

    /** The capability's own code, where it is one. */
    public Optional<ErrorCode> own() {
        return Optional.ofNullable(code);
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

    /** What it is answered on, where the moment must not depend on the cause. */
    Optional<Duration> beat() {
        return manner.beat();
    }

    boolean keeps() {
        return manner.keeps();
    }

    /** Headers of the answer: what to authenticate with, when to come again. */
    public Map<String, String> headers() {
        return manner.headers();
    }

    String cause() {
        return cause;
    }
}
