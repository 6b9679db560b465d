package io.github.keycloakmint.kernel.http;

/** Hangs {@link Area#API} under {@code /realms/{realm}/api}. */
public final class ApiResourceFactory extends AreaResourceFactory {

    public ApiResourceFactory() {
        super("api", Area.API);
    }
}
