package io.github.keycloakmint.testbed;

import java.net.URI;
import java.nio.file.Path;

/** A running Keycloak with the packaged jar deployed; tests see no difference between a process and a container. */
public interface KeycloakServer extends AutoCloseable {

    /** Without a trailing slash; the http-relative-path is part of it. */
    URI baseUrl();

    /** Where /health and /metrics are, relative path included. */
    URI managementUrl();

    /** Everything the server has printed so far, audit lines included. */
    String log();

    /** The file behind {@link #log()}; it outlives the server. */
    Path logFile();

    ServerOptions options();

    default String adminUser() {
        return options().adminUser();
    }

    default String adminPassword() {
        return options().adminPassword();
    }

    /** What this server was told about the shared secret, to call it with. */
    default ServerOptions.SharedSecrets secrets() {
        return options().sharedSecrets();
    }

    /** The address, as the server sees it, that calls of this JVM come from, as a CIDR of one address. */
    default String callerCidr() {
        return CallerAddress.of(this) + "/32";
    }

    /** {@code path} starts with a slash. */
    default URI url(String path) {
        return URI.create(baseUrl() + path);
    }

    @Override
    void close();
}
