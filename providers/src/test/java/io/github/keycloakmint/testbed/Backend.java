package io.github.keycloakmint.testbed;

import com.github.dockerjava.api.exception.NotFoundException;
import java.nio.file.Path;
import org.testcontainers.DockerClientFactory;

/** Where test servers run; chosen by the system property {@code testbed.backend}. */
enum Backend {
    DISTRIBUTION {
        @Override
        KeycloakServer start(ServerOptions options, Path logFile) {
            Path directory = Settings.directory().resolve("servers");
            return DistributionServer.start(options, directory, logFile, DistributionServer.Ports.ANY);
        }
    },

    CONTAINERS {
        @Override
        KeycloakServer start(ServerOptions options, Path logFile) {
            return ContainerServer.start(options, image(), logFile);
        }
    };

    private static Backend chosen;

    abstract KeycloakServer start(ServerOptions options, Path logFile);

    String label() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }

    /** Asked for containers and there is no engine or image: fails, rather than testing something else. */
    static synchronized Backend chosen() {
        if (chosen == null) {
            chosen = choose(System.getProperty("testbed.backend", "auto"));
        }
        return chosen;
    }

    private static Backend choose(String wanted) {
        switch (wanted) {
            case "distribution":
                return DISTRIBUTION;
            case "containers":
                requireImage();
                return CONTAINERS;
            case "auto":
                return engineAnswers() && imageIsHere() ? CONTAINERS : DISTRIBUTION;
            default:
                throw new IllegalArgumentException(
                        "testbed.backend is '" + wanted + "', not distribution, containers or auto");
        }
    }

    static String image() {
        String named = System.getenv("KEYCLOAK_IMAGE");
        return named == null || named.isBlank() ? "keycloak/keycloak:" + Settings.keycloakVersion() : named.trim();
    }

    private static void requireImage() {
        if (!engineAnswers()) {
            throw new IllegalStateException("testbed.backend=containers, but no container engine answers");
        }
        if (!imageIsHere()) {
            throw new IllegalStateException("testbed.backend=containers, but the engine has no image " + image()
                    + ": pull it, or name another one in KEYCLOAK_IMAGE");
        }
    }

    private static boolean engineAnswers() {
        return DockerClientFactory.instance().isDockerAvailable();
    }

    private static boolean imageIsHere() {
        try {
            DockerClientFactory.lazyClient().inspectImageCmd(image()).exec();
            return true;
        } catch (NotFoundException e) {
            return false;
        }
    }
}
