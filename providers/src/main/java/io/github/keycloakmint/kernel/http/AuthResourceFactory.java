package io.github.keycloakmint.kernel.http;

/** Hangs {@link Area#AUTH} under {@code /realms/{realm}/auth}. */
public final class AuthResourceFactory extends AreaResourceFactory {

    public AuthResourceFactory() {
        super("auth", Area.AUTH);
    }
}
