package io.github.keycloakmint.external;

/** A text is no key that can be used. The message says in words why, for the admin, and repeats nothing of the text. */
final class BadKey extends IllegalArgumentException {

    private static final long serialVersionUID = 1L;

    BadKey(String message) {
        super(message);
    }
}
