package io.github.keycloakmint.testbed;

import java.nio.file.Path;

/** What the build tells the test bed, by system property; nothing is guessed. */
final class Settings {

    private Settings() {}

    static Path bundleJar() {
        return path("bundle.jar");
    }

    static Path distributionZip() {
        return path("keycloak.dist.zip");
    }

    static String keycloakVersion() {
        return required("keycloak.version");
    }

    /** Everything that servers of a test run write. */
    static Path directory() {
        return path("testbed.directory");
    }

    static Path repository() {
        return path("repository.root");
    }

    static Path realmFile(String name) {
        return repository().resolve("realm-config").resolve(name);
    }

    private static Path path(String property) {
        return Path.of(required(property)).toAbsolutePath().normalize();
    }

    private static String required(String property) {
        String value = System.getProperty(property, "");
        if (value.isBlank()) {
            throw new IllegalStateException("System property " + property + " is not set: run this through Maven");
        }
        return value;
    }
}
