package io.github.keycloakmint.testbed;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The distribution as a child process on 127.0.0.1, started as kc.sh starts it but without a shell: the one child is
 * the server, so that ending it leaves nothing behind, and only a JDK is needed.
 */
final class DistributionServer implements KeycloakServer {

    private static final Duration START = Duration.ofMinutes(4);

    /** Keycloak ends with this code when it has rebuilt itself and wants to be started again. */
    private static final int REBUILT = 10;

    private static final Pattern LISTENING =
            Pattern.compile("Listening on: (http://[^ ]+?)\\. Management interface listening on (http://[^ ]+?)\\.\\s");

    private final ServerOptions options;
    private final Installation installation;
    private final Path logFile;
    private final ServerProcess command;

    private volatile Process process;
    private URI baseUrl;
    private URI managementUrl;

    /** 0 lets the system choose. */
    record Ports(int http, int management) {
        static final Ports ANY = new Ports(0, 0);
    }

    private DistributionServer(ServerOptions options, Installation installation, Path logFile, Ports ports) {
        this.options = options;
        this.installation = installation;
        this.logFile = logFile;
        this.command = new ServerProcess(installation.home(), options, ports, logFile);
    }

    /** Returns when the server answers ready; else throws, with the end of its log in the message. */
    static DistributionServer start(ServerOptions options, Path directory, Path logFile, Ports ports) {
        try {
            String flavour = options.relativePath().replace('/', '-');
            Installation installation = Installation.claim(directory, flavour, Settings.distributionZip());
            DistributionServer server = new DistributionServer(options, installation, logFile, ports);
            Runtime.getRuntime().addShutdownHook(new Thread(server::kill, "server-kill"));
            try {
                server.launch();
            } catch (IOException | RuntimeException | AssertionError e) {
                server.close();
                installation.close();
                throw new IllegalStateException(
                        "Keycloak did not start. " + e.getMessage() + "\n" + LogFiles.tail(logFile, 40), e);
            }
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public URI baseUrl() {
        return baseUrl;
    }

    @Override
    public URI managementUrl() {
        return managementUrl;
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

    boolean isRunning() {
        Process running = process;
        return running != null && running.isAlive();
    }

    /** Orderly at first, so that the last log lines are written. */
    @Override
    public synchronized void close() {
        Process running = process;
        process = null;
        if (running == null) {
            return;
        }
        running.destroy();
        try {
            if (!running.waitFor(10, TimeUnit.SECONDS)) {
                killTree(running);
                running.waitFor(10, TimeUnit.SECONDS);
            }
        } catch (InterruptedException e) {
            killTree(running);
            Thread.currentThread().interrupt();
        }
        installation.close();
    }

    private void launch() throws IOException {
        installation.deploy(Settings.bundleJar());
        installation.importAtStart(options.realms());
        Files.createDirectories(logFile.getParent());
        Files.deleteIfExists(logFile);
        process = command.start(false);
        String[] listening = Poll.until("Keycloak to listen", START, () -> {
            if (!process.isAlive()) {
                restartIfRebuilt();
            }
            Matcher matcher = LISTENING.matcher(log());
            return matcher.find()
                    ? Optional.of(new String[] {matcher.group(1), matcher.group(2)})
                    : Optional.<String[]>empty();
        });
        baseUrl = URI.create(listening[0] + options.relativePath());
        managementUrl = URI.create(listening[1] + options.relativePath());
        Poll.untilTrue("Keycloak to be ready", START, this::ready);
    }

    private void restartIfRebuilt() {
        int code = process.exitValue();
        if (code != REBUILT) {
            throw new IllegalStateException("It ended with code " + code);
        }
        try {
            process = command.start(true);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private boolean ready() {
        if (!process.isAlive()) {
            throw new IllegalStateException("It ended before it was ready");
        }
        return Http.get(URI.create(managementUrl + "/health/ready")).send().status() == 200;
    }

    /** At the end of this JVM there is no time for an orderly stop. */
    private void kill() {
        Process running = process;
        if (running != null) {
            killTree(running);
        }
    }

    private static void killTree(Process running) {
        running.descendants().forEach(ProcessHandle::destroyForcibly);
        running.destroyForcibly();
    }
}
