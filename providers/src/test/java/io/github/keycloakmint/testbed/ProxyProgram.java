package io.github.keycloakmint.testbed;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A reverse proxy on 127.0.0.1 with a file of {@code docker/proxies/}, unchanged but for its placeholders. Fails, and does not
 * skip, where the program is missing: that is what {@code -Pfull} promises.
 */
public final class ProxyProgram implements AutoCloseable {

    private static final Duration START = Duration.ofSeconds(30);

    private final Process process;
    private final Path directory;
    private final int port;

    private ProxyProgram(Process process, Path directory, int port) {
        this.process = process;
        this.directory = directory;
        this.port = port;
    }

    /** @param placeholders all but the addresses of the proxy itself and of its log */
    public static ProxyProgram nginx(Map<String, String> placeholders) {
        Path directory = directory("nginx");
        int port = freePort();
        Map<String, String> values = new HashMap<>(placeholders);
        values.put("LISTEN", "127.0.0.1:" + port);
        values.put("ACCESS_LOG", directory.resolve("access.log").toString());
        values.put("ERROR_LOG", directory.resolve("error.log").toString());
        String shipped = shipped("nginx.conf");
        for (Map.Entry<String, String> value : values.entrySet()) {
            shipped = shipped.replace("${" + value.getKey() + "}", value.getValue());
        }
        StringBuilder main = new StringBuilder("error_log stderr; events { } http {\n");
        for (String temporary : List.of("client_body", "proxy", "fastcgi", "uwsgi", "scgi")) {
            main.append(temporary)
                    .append("_temp_path ")
                    .append(directory.resolve(temporary))
                    .append(";\n");
        }
        write(
                directory.resolve("nginx.conf"),
                main.append(shipped).append("}\n").toString());
        String globals = "daemon off; pid " + directory.resolve("pid") + ';';
        return start(
                directory,
                port,
                Map.of(),
                List.of("nginx", "-p", directory.toString(), "-c", directory + "/nginx.conf", "-g", globals));
    }

    /** @param placeholders all but the address of the proxy itself */
    public static ProxyProgram caddy(Map<String, String> placeholders) {
        Path directory = directory("caddy");
        int port = freePort();
        Map<String, String> environment = new HashMap<>(placeholders);
        environment.put("LISTEN", "http://127.0.0.1:" + port);
        environment.put("HOME", directory.toString());
        write(directory.resolve("Caddyfile"), shipped("Caddyfile"));
        return start(
                directory,
                port,
                environment,
                List.of("caddy", "run", "--adapter", "caddyfile", "--config", directory + "/Caddyfile"));
    }

    public URI url(String pathAndQuery) {
        return URI.create("http://127.0.0.1:" + port + pathAndQuery);
    }

    /** Everything that it has written so far. */
    public String log() {
        try {
            StringBuilder all = new StringBuilder(LogFiles.read(directory.resolve("output.log")));
            for (String name : List.of("access.log", "error.log")) {
                Path log = directory.resolve(name);
                all.append(Files.exists(log) ? Files.readString(log) : "");
            }
            return all.toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Orderly: nginx's first process ends its workers. */
    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    private static ProxyProgram start(Path directory, int port, Map<String, String> environment, List<String> command) {
        ProxyProgram program;
        try {
            ProcessBuilder builder = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(directory.resolve("output.log").toFile());
            builder.environment().putAll(environment);
            program = new ProxyProgram(builder.start(), directory, port);
        } catch (IOException e) {
            throw new AssertionError("-Pfull needs nginx and Caddy; this can't be run: " + command.get(0), e);
        }
        Runtime.getRuntime().addShutdownHook(new Thread(program::close, "proxy-stop"));
        try {
            Poll.untilTrue(command.get(0) + " to listen", START, program::listens);
        } catch (AssertionError e) {
            program.close();
            throw new AssertionError(e.getMessage() + "\n" + program.log(), e);
        }
        return program;
    }

    private boolean listens() {
        if (!process.isAlive()) {
            throw new AssertionError("It ended with code " + process.exitValue());
        }
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress("127.0.0.1", port), 1_000);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static Path directory(String name) {
        try {
            Path made = Files.createTempDirectory(Files.createDirectories(Settings.directory()), name);
            // nginx keeps bodies there, by workers who are another user where it was started by root
            return Files.setPosixFilePermissions(made, PosixFilePermissions.fromString("rwxr-xr-x"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String shipped(String file) {
        return LogFiles.read(Settings.repository().resolve("docker/proxies").resolve(file));
    }

    private static void write(Path file, String text) {
        try {
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
