package io.github.keycloakmint.testbed;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A run of a script of {@code scripts/}, which sees no other environment than it is given. */
public final class Script {

    private static final int LIMIT_SECONDS = 180;

    private Script() {}

    /**
     * How a script ended.
     *
     * @param output what it printed and what it complained of, as in a terminal
     */
    public record Result(int exit, String output) {

        public List<String> lines() {
            return output.lines().toList();
        }
    }

    public static Result run(String name, Map<String, String> environment, String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                "bash", Settings.repository().resolve("scripts").resolve(name).toString()));
        command.addAll(List.of(arguments));
        try {
            Files.createDirectories(Settings.directory());
            Path output = Files.createTempFile(Settings.directory(), name, ".log");
            ProcessBuilder builder = new ProcessBuilder(command)
                    .directory(Settings.repository().toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile());
            builder.environment().keySet().retainAll(List.of("PATH", "HOME", "TMPDIR", "LANG"));
            builder.environment().putAll(environment);
            Process process = builder.start();
            if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
                throw new AssertionError(name + " took too long:\n" + Files.readString(output));
            }
            return new Result(process.exitValue(), Files.readString(output));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while a script ran", e);
        }
    }
}
