package io.github.keycloakmint.testbed;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The command line and environment of a server process: those of kc.sh 26.7, without the shell. */
record ServerProcess(Path home, ServerOptions options, DistributionServer.Ports ports, Path logFile) {

    /** @param rebuilt whether the process before this one was Keycloak's build step */
    Process start(boolean rebuilt) throws IOException {
        List<String> command = new ArrayList<>(java());
        if (rebuilt) {
            command.add("-Dkc.config.built=true");
        }
        command.addAll(List.of(
                "-cp",
                home.resolve("lib").resolve("quarkus-run.jar") + File.pathSeparator + parentBound(),
                ParentBound.class.getName(),
                Long.toString(ProcessHandle.current().pid()),
                "io.quarkus.bootstrap.runner.QuarkusEntryPoint"));
        command.addAll(arguments());
        ProcessBuilder builder = new ProcessBuilder(command);
        setEnvironment(builder.environment());
        return builder.directory(home.toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(logFile.toFile()))
                .start();
    }

    /** A cheaper compiler than usual, and no heap that grows with the machine. */
    private List<String> java() {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xms64m",
                "-Xmx768m",
                "-XX:MetaspaceSize=96M",
                "-XX:MaxMetaspaceSize=384m",
                "-XX:+ExitOnOutOfMemoryError",
                "-XX:TieredStopAtLevel=1",
                "-Dfile.encoding=UTF-8",
                "-Dsun.stdout.encoding=UTF-8",
                "-Dsun.err.encoding=UTF-8",
                "-Dstdout.encoding=UTF-8",
                "-Dstderr.encoding=UTF-8",
                "-Duser.language=en",
                "-Duser.country=US",
                "--add-opens=java.base/java.util=ALL-UNNAMED",
                "--add-opens=java.base/java.util.concurrent=ALL-UNNAMED",
                "--add-opens=java.base/java.security=ALL-UNNAMED",
                "--add-opens=java.base/java.lang=ALL-UNNAMED",
                "--enable-native-access=ALL-UNNAMED",
                "-Djava.util.concurrent.ForkJoinPool.common.threadFactory="
                        + "io.quarkus.bootstrap.forkjoin.QuarkusForkJoinWorkerThreadFactory",
                "-Djava.util.logging.manager=org.jboss.logmanager.LogManager",
                "-Dpicocli.disable.closures=true",
                "-Dquarkus-log-max-startup-records=10000",
                "-Dkc.home.dir=" + home,
                "-Djboss.server.config.dir=" + home.resolve("conf"));
    }

    private List<String> arguments() {
        List<String> arguments = new ArrayList<>(List.of(
                "start-dev",
                "--http-host=127.0.0.1",
                "--http-port=" + ports.http(),
                "--http-management-port=" + ports.management()));
        if (!options.relativePath().isEmpty()) {
            arguments.add("--http-relative-path=" + options.relativePath());
        }
        arguments.addAll(options.arguments());
        return arguments;
    }

    /** What the developer's shell says about some other Keycloak must not decide a test. */
    private void setEnvironment(Map<String, String> environment) {
        List<String> foreign = List.of("KC_", "KEYCLOAK_", "QUARKUS_", "TRIBE_");
        environment.keySet().removeIf(name -> foreign.stream().anyMatch(name::startsWith));
        environment.putAll(options.environment());
        environment.put("KC_BOOTSTRAP_ADMIN_USERNAME", options.adminUser());
        environment.put("KC_BOOTSTRAP_ADMIN_PASSWORD", options.adminPassword());
    }

    /** A folder with that one class: the rest of the test classes has no business in the server. */
    private Path parentBound() throws IOException {
        Path folder = home.resolve("parent-bound");
        String name = ParentBound.class.getName().replace('.', '/') + ".class";
        Path target = folder.resolve(name);
        Files.createDirectories(target.getParent());
        try (InputStream in = ParentBound.class.getClassLoader().getResourceAsStream(name)) {
            Files.copy(in, target, StandardCopyOption.REPLACE_EXISTING);
        }
        return folder;
    }
}
