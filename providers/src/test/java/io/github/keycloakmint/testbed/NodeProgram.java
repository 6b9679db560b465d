package io.github.keycloakmint.testbed;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A Node program of {@code clients/}, with exactly the packages that its lock file names. It is copied, so that a test run
 * leaves the source tree as it was. Fails, and does not skip, where Node or npm is missing: that is what {@code -Pfull}
 * promises.
 */
public final class NodeProgram {

    private static final Duration INSTALL = Duration.ofMinutes(5);
    private static final Duration RUN = Duration.ofMinutes(2);
    private static final Set<String> MADE = Set.of("node_modules", "dist", "build");

    private final Path directory;

    private NodeProgram(Path directory) {
        this.directory = directory;
    }

    /** @param name of its directory in {@code clients/} */
    public static NodeProgram install(String name) {
        Path directory = Settings.directory().resolve(name);
        try {
            Files.createDirectories(directory);
            copy(Settings.repository().resolve("clients").resolve(name), directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        NodeProgram program = new NodeProgram(directory);
        program.execute(INSTALL, Map.of(), List.of("npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"));
        return program;
    }

    /** What {@code node <arguments>} printed, which is JSON. */
    public JsonNode run(Map<String, String> environment, String... arguments) {
        return Json.parse(execute(
                RUN,
                environment,
                Stream.concat(Stream.of("node"), Stream.of(arguments)).toList()));
    }

    /** What {@code npm run <script>} printed: a script of the program's package.json. */
    public String script(String script) {
        return execute(RUN, Map.of(), List.of("npm", "run", "--silent", script));
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.filter(NodeProgram::isSource).toList()) {
                Path copied = to.resolve(file.getFileName());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(copied);
                    copy(file, copied);
                } else {
                    Files.copy(file, copied, StandardCopyOption.REPLACE_EXISTING);
                }
            }
        }
    }

    /** Not what npm and the compiler left there. */
    private static boolean isSource(Path file) {
        return !MADE.contains(file.getFileName().toString());
    }

    private String execute(Duration limit, Map<String, String> environment, List<String> command) {
        try {
            Path output = Files.createTempFile(directory, "out", ".log");
            Path errors = Files.createTempFile(directory, "err", ".log");
            ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile());
            builder.environment().putAll(environment);
            Process process = started(builder.redirectOutput(output.toFile()).redirectError(errors.toFile()), command);
            boolean ended = process.waitFor(limit.toSeconds(), TimeUnit.SECONDS);
            if (!ended) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
            }
            if (!ended || process.exitValue() != 0) {
                throw new AssertionError(String.join(" ", command)
                        + (ended ? " failed:\n" : " took too long:\n")
                        + Files.readString(output)
                        + Files.readString(errors));
            }
            return Files.readString(output);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while a command ran", e);
        }
    }

    private static Process started(ProcessBuilder builder, List<String> command) {
        try {
            return builder.start();
        } catch (IOException e) {
            throw new AssertionError("-Pfull needs Node 18 or later and npm; this can't be run: " + command.get(0), e);
        }
    }
}
