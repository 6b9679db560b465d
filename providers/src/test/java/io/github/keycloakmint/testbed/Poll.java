package io.github.keycloakmint.testbed;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waiting with a limit: asks again and again, and fails by name when the limit is reached. */
public final class Poll {

    private static final long PAUSE = TimeUnit.MILLISECONDS.toNanos(50);

    private Poll() {}

    /** The first value that {@code question} gives, else an AssertionError naming {@code what}. */
    public static <T> T until(String what, Duration limit, Supplier<Optional<T>> question) {
        long end = System.nanoTime() + limit.toNanos();
        while (true) {
            Optional<T> answer = question.get();
            if (answer.isPresent()) {
                return answer.get();
            }
            if (System.nanoTime() - end > 0) {
                throw new AssertionError("Waited " + limit.toMillis() + " ms in vain for: " + what);
            }
            LockSupport.parkNanos(PAUSE);
        }
    }

    public static void untilTrue(String what, Duration limit, BooleanSupplier question) {
        until(what, limit, () -> question.getAsBoolean() ? Optional.of(true) : Optional.empty());
    }
}
