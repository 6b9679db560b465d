package io.github.keycloakmint.docker;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * One start of {@code docker/compose.yaml} under a name, ports and secrets of its own, so that it neither meets nor
 * leaves anything on the engine. Uses Compose v2 where the engine's client has it, else Debian's docker-compose 1.29.
 */
final class ComposeProject implements AutoCloseable {

    private static final SecureRandom RANDOM = new SecureRandom();

    private final Path directory;
    private final Path logs;
    private final String name = "keycloak-mint-it-" + hex(4);
    private final String image = "keycloak-mint:it-" + hex(4);
    private final List<String> compose;
    private final Map<String, String> environment = new HashMap<>();

    final String adminPassword = hex(24);
    final int httpPort;
    final int managementPort;

    ComposeProject(Path repository, Path logs) {
        this.directory = repository.resolve("docker");
        this.logs = logs;
        this.compose = composeCommand();
        // Both are held open until both are known, else the same port could be handed out twice.
        try (ServerSocket http = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                ServerSocket management = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            httpPort = http.getLocalPort();
            managementPort = management.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        environment.put("KEYCLOAK_MINT_IMAGE", image);
        environment.put("POSTGRES_PASSWORD", hex(24));
        environment.put("KC_BOOTSTRAP_ADMIN_PASSWORD", adminPassword);
        environment.put("TRIBE_SERVICE_MINT_SECRET", hex(24));
        environment.put("HTTP_PORT", Integer.toString(httpPort));
        environment.put("MANAGEMENT_PORT", Integer.toString(managementPort));
        environment.put("KC_HOSTNAME", "http://127.0.0.1:" + httpPort);
    }

    /** Builds the image and starts both services; returns when Compose has started them, not when they are ready. */
    void up() {
        run(Duration.ofMinutes(10), compose("up", "-d", "--build"));
    }

    /** What the engine's health check says of the service: starting, healthy or unhealthy. */
    String health(String service) {
        return engine("inspect", "-f", "{{.State.Health.Status}}", container(service));
    }

    /** Real, effective, saved and file system user id of the service's first process. */
    String processUserIds(String service) {
        // Bash alone: the official image has no ps.
        String script = "while read -r key ids; do if [[ $key == Uid: ]]; then echo $ids; fi; done </proc/1/status";
        return run(Duration.ofSeconds(30), List.of("docker", "exec", container(service), "bash", "-c", script));
    }

    String logs(String service) {
        return run(Duration.ofSeconds(30), compose("logs", "--tail", "80", service));
    }

    @Override
    public void close() {
        run(Duration.ofMinutes(3), compose("down", "-v", "--remove-orphans"));
        engine("image", "rm", "-f", image);
        // What the classic builder leaves of the Dockerfile's first stage; BuildKit leaves nothing.
        engine("image", "prune", "-f", "--filter", "label=io.github.keycloakmint.stage=build");
    }

    /** Everything on the engine that carries this project's name; empty after {@link #close()}. */
    List<String> leftovers() {
        String label = "label=com.docker.compose.project=" + name;
        List<String> found = new ArrayList<>();
        for (List<String> list : List.of(
                List.of("ps", "-aq", "--filter", label),
                List.of("volume", "ls", "-q", "--filter", label),
                List.of("network", "ls", "-q", "--filter", label),
                List.of("image", "ls", "-q", image))) {
            found.addAll(engine(list.toArray(String[]::new)).lines().toList());
        }
        return found;
    }

    private String container(String service) {
        return run(Duration.ofSeconds(30), compose("ps", "-q", service));
    }

    private String engine(String... arguments) {
        List<String> command = new ArrayList<>(List.of("docker"));
        command.addAll(List.of(arguments));
        return run(Duration.ofMinutes(1), command);
    }

    private List<String> compose(String... arguments) {
        List<String> command = new ArrayList<>(compose);
        command.addAll(List.of("-p", name));
        command.addAll(List.of(arguments));
        return command;
    }

    private static List<String> composeCommand() {
        for (List<String> candidate : List.of(List.of("docker", "compose"), List.of("docker-compose"))) {
            List<String> command = new ArrayList<>(candidate);
            command.add("version");
            try {
                Process process = new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
                if (process.waitFor(30, TimeUnit.SECONDS) && process.exitValue() == 0) {
                    return candidate;
                }
                process.destroyForcibly();
            } catch (IOException e) {
                // This command isn't installed; the next one may be.
                continue;
            } catch (InterruptedException e) {
                throw interrupted(e);
            }
        }
        throw new AssertionError("-Pfull needs docker compose or docker-compose; neither is installed");
    }

    /** Runs a command to its end and returns its standard output; a failure or a time-out carries what it printed. */
    private String run(Duration limit, List<String> command) {
        try {
            Path output = Files.createTempFile(logs, "out", ".log");
            Path errors = Files.createTempFile(logs, "err", ".log");
            ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile());
            builder.environment().putAll(environment);
            Process process = builder.redirectOutput(output.toFile())
                    .redirectError(errors.toFile())
                    .start();
            boolean ended = process.waitFor(limit.toSeconds(), TimeUnit.SECONDS);
            if (!ended) {
                process.destroyForcibly();
            }
            if (!ended || process.exitValue() != 0) {
                throw new AssertionError(String.join(" ", command)
                        + (ended ? " failed:\n" : " took too long:\n")
                        + Files.readString(output)
                        + Files.readString(errors));
            }
            return Files.readString(output).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(String.join(" ", command) + " could not be run", e);
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    private static IllegalStateException interrupted(InterruptedException cause) {
        Thread.currentThread().interrupt();
        return new IllegalStateException("interrupted while a command ran", cause);
    }

    private static String hex(int bytes) {
        byte[] value = new byte[bytes];
        RANDOM.nextBytes(value);
        return HexFormat.of().formatHex(value);
    }
}
