package io.github.keycloakmint.testbed;

import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.model.ExposedPort;
import com.github.dockerjava.api.model.PortBinding;
import com.github.dockerjava.api.model.Ports;
import dasniko.testcontainers.keycloak.KeycloakContainer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.output.OutputFrame;
import org.testcontainers.utility.MountableFile;

/** Keycloak's image with the packaged jar, by Testcontainers. */
final class ContainerServer implements KeycloakServer {

    private static final Duration START = Duration.ofMinutes(4);

    private final ServerOptions options;
    private final Path logFile;
    private final KeycloakContainer container;

    private ContainerServer(ServerOptions options, Path logFile, KeycloakContainer container) {
        this.options = options;
        this.logFile = logFile;
        this.container = container;
    }

    static ContainerServer start(ServerOptions options, String image, Path logFile) {
        return start(options, image, logFile, container -> {});
    }

    static ContainerServer start(
            ServerOptions options, String image, Path logFile, Consumer<KeycloakContainer> changes) {
        KeycloakContainer container = describe(options, image).withLogConsumer(into(logFile));
        changes.accept(container);
        ContainerServer server = new ContainerServer(options, logFile, container);
        // The engine's own reaper may be switched off.
        Runtime.getRuntime().addShutdownHook(new Thread(server::close, "container-stop"));
        try {
            container.start();
            URI ready = URI.create(server.managementUrl() + "/health/ready");
            Poll.untilTrue(
                    "Keycloak to be ready", START, () -> Http.get(ready).send().status() == 200);
        } catch (RuntimeException | Error e) {
            server.close();
            throw new IllegalStateException("Keycloak's container did not start:\n" + LogFiles.tail(logFile, 40), e);
        }
        return server;
    }

    @Override
    public URI baseUrl() {
        return at(container.getHttpPort());
    }

    @Override
    public URI managementUrl() {
        return at(container.getHttpMgmtPort());
    }

    @Override
    public String log() {
        return LogFiles.read(logFile);
    }

    @Override
    public Path logFile() {
        return logFile;
    }

    @Override
    public ServerOptions options() {
        return options;
    }

    @Override
    public void close() {
        container.stop();
    }

    /** Ends the server as a power failure would. */
    /** @param name of a signal that the server gets, without SIG */
    void signal(String name) {
        container
                .getDockerClient()
                .killContainerCmd(container.getContainerId())
                .withSignal(name)
                .exec();
    }

    private URI at(int port) {
        return URI.create("http://" + container.getHost() + ":" + port + options.relativePath());
    }

    private static KeycloakContainer describe(ServerOptions options, String image) {
        KeycloakContainer container = new KeycloakContainer(image)
                .withImagePullPolicy(ignored -> false)
                .withProviderLibsFrom(List.of(Settings.bundleJar().toFile()))
                .withAdminUsername(options.adminUser())
                .withAdminPassword(options.adminPassword())
                .withStartupTimeout(START)
                .withEnv("JAVA_OPTS_APPEND", "-XX:TieredStopAtLevel=1")
                .withEnv(options.environment())
                .withCreateContainerCmdModifier(ContainerServer::publishLocally);
        if (!options.relativePath().isEmpty()) {
            container.withContextPath(options.relativePath());
        }
        options.arguments().forEach(container::withCustomCommand);
        for (Path realm : options.realms()) {
            container.withCopyFileToContainer(
                    MountableFile.forHostPath(realm), "/opt/keycloak/data/import/" + realm.getFileName());
        }
        return container;
    }

    /** An engine publishes to the whole network by default; a test server is nobody else's business. */
    static void publishLocally(CreateContainerCmd command) {
        String host = DockerClientFactory.instance().dockerHostIpAddress();
        ExposedPort[] exposed = command.getExposedPorts();
        if (exposed != null && List.of("localhost", "127.0.0.1").contains(host)) {
            command.getHostConfig()
                    .withPortBindings(Arrays.stream(exposed)
                            .map(port -> new PortBinding(Ports.Binding.bindIp("127.0.0.1"), port))
                            .toList());
        }
    }

    private static Consumer<OutputFrame> into(Path logFile) {
        try {
            Files.createDirectories(logFile.getParent());
            Files.write(logFile, new byte[0]);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return frame -> append(logFile, frame);
    }

    private static synchronized void append(Path logFile, OutputFrame frame) {
        if (frame.getBytes() == null) {
            return;
        }
        try (OutputStream out = Files.newOutputStream(logFile, java.nio.file.StandardOpenOption.APPEND)) {
            out.write(frame.getBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
