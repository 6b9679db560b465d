package io.github.keycloakmint.kernel.http;

/** One method of one endpoint: a call reads from top to bottom in here. */
@FunctionalInterface
public interface Handler {
    Reply handle(Exchange call);
}
