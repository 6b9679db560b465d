package io.github.keycloakmint.external;

import java.util.Optional;

/**
 * A foreign JWT is not believed. The caller is told the error alone; check, expected and found values are for the admin's
 * dry run and, {@link Check#word() in one word}, for the log.
 */
final class Rejection extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final Check check;
    private final transient Optional<String> expected;
    private final transient Optional<String> found;

    private Rejection(Check check, Optional<String> expected, Optional<String> found) {
        // an ordinary answer: no stack trace is worth its cost under a flood of them
        super(check.word(), null, false, false);
        this.check = check;
        this.expected = expected;
        this.found = found;
    }

    static Rejection of(Check check) {
        return new Rejection(check, Optional.empty(), Optional.empty());
    }

    /** @param found from the token, as it was sent; it reaches nobody but an admin */
    static Rejection of(Check check, String expected, String found) {
        return new Rejection(check, Optional.of(expected), Optional.of(found));
    }

    Check check() {
        return check;
    }

    Optional<String> expected() {
        return expected;
    }

    Optional<String> found() {
        return found;
    }
}
