package io.github.keycloakmint.kernel.http;

/** One error of a capability: implemented by an enum per capability. All three are safe to show to anybody. */
public interface ErrorCode {

    int status();

    String code();

    String text();
}
